// Accounts and groups of Debian 12 and 13 (base-passwd, and packages that are in Raspberry Pi OS); an owner's account
// also makes a group of its name.
const reserved = new Set(
  (
    'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc _apt nobody nogroup sshd _ssh ssh ' +
    'messagebus polkitd systemd-network systemd-resolve systemd-timesync systemd-journal systemd-coredump systemd-oom ' +
    'adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev ' +
    'staff users input kvm render sgx clock crontab netdev bluetooth gpio i2c spi lpadmin lightdm pulse pulse-access ' +
    'pipewire rtkit colord geoclue saned scanner avahi avahi-autoipd usbmux dnsmasq statd _rpc tss uuidd dhcpcd ' +
    '_chrony ntp vnc rpi-first-boot-wizard nm-openvpn cups-pk-helper debian-exim gnats mlocate plocate'
  ).split(' '),
)

/** Whether a name belongs to the system, so that no owner's account may bear it. */
export function isReservedName(name: string): boolean {
  return reserved.has(name)
}

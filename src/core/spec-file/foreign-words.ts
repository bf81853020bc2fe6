import { PRIVATE_KEY } from '../../device/formats/mistaken-key.ts'

/**
 * What a key of another tool means here. `key`: the spec's own key, if it has one; else what to do. `within`: only in a
 * section that has this key, for a word means another thing at another place.
 */
interface Meaning {
  readonly within?: string
  readonly key?: string
  readonly hint?: string
}

/**
 * Words of Raspberry Pi Imager, its firstrun.sh, custom.toml and rpi-preseed.toml, of cloud-init (user-data and
 * network-config), pi-gen and DietPi, and what people write from memory; without `_`, `-` and capitals.
 */
const WORDS: Readonly<Record<string, readonly Meaning[] | string>> = {
  // Names and place.
  fqdn: 'device.hostname',
  host: 'device.hostname',
  targethostname: 'device.hostname',
  preservehostname: [{ hint: 'leave device.hostname out, and the name stays' }],
  manageetchosts: [{ hint: 'delete it: device.hostname is written to /etc/hosts too' }],
  tz: 'device.timezone',
  timezonedefault: 'device.timezone',
  lang: 'device.locale',
  language: 'device.locale',
  localedefault: 'device.locale',
  keymap: 'device.keyboard',
  keyboardlayout: 'device.keyboard',
  keyboardkeymap: 'device.keyboard',
  layout: 'device.keyboard',
  ntp: 'device.timeServers',
  // Users.
  user: [{ within: 'passwordHash', key: 'users[].name' }, { key: 'users' }],
  username: [{ key: 'users[].name' }],
  login: [{ key: 'users[].name' }],
  firstusername: 'users[].name',
  firstuserpass: [{ hint: 'there is no plain-text password; users[].passwordHash (pibake hash-password makes one)' }],
  hashedpasswd: 'users[].passwordHash',
  passwordencrypted: [{ within: 'pskFile', key: 'network.wifi.networks[].pskFile' }, { key: 'users[].passwordHash' }],
  plaintextpasswd: [{ hint: 'there is no plain-text password; users[].passwordHash (pibake hash-password makes one)' }],
  chpasswd: [{ hint: 'passwords belong to users, as users[].passwordHash (pibake hash-password makes one)' }],
  rootpassword: [{ hint: 'root has no password: log in as a user of the spec, then sudo' }],
  lockpasswd: [{ hint: 'leave passwordHash out: an account without one has no password' }],
  disableroot: [{ hint: 'delete it: root cannot log in by SSH' }],
  primarygroup: 'users[].groups',
  sudoers: 'users[].sudo',
  expiredate: 'users[].expires',
  sshimportid: 'users[].authorizedKeys',
  sshauthorizedkeys: 'users[].authorizedKeys',
  authorizedkeys: 'users[].authorizedKeys',
  sshkeys: 'users[].authorizedKeys',
  sshkey: 'users[].authorizedKeys',
  pubkey: 'users[].authorizedKeys',
  publickey: 'users[].authorizedKeys',
  publickeys: 'users[].authorizedKeys',
  pubkeysshfirstuser: 'users[].authorizedKeys',
  keys: 'users[].authorizedKeys',
  autologinuser: 'hardening.autologin',
  // SSH.
  enablessh: 'ssh.enabled',
  sshport: 'ssh.port',
  sshpwauth: 'ssh.passwordAuthentication',
  pubkeyonlyssh: 'ssh.passwordAuthentication',
  sshdeletekeys: 'ssh.hostKeys',
  sshgenkeytypes: 'ssh.hostKeyTypes',
  enable: [{ within: 'passwordAuthentication', key: 'ssh.enabled' }, { key: 'services.enable' }],
  // Network.
  wlan: [{ within: 'bluetooth', key: 'hardware.wifi' }, { key: 'network.wifi' }],
  wifis: 'network.wifi',
  wpacountry: 'network.wifi.country',
  wificountry: 'network.wifi.country',
  wlancountry: 'network.wifi.country',
  regulatorydomain: 'network.wifi.country',
  wifissid: 'network.wifi.networks[].ssid',
  wifipassword: 'network.wifi.networks[].pskFile',
  wifipsk: 'network.wifi.networks[].pskFile',
  accesspoints: 'network.wifi.networks',
  bt: 'hardware.bluetooth',
  ethernets: 'network.wired',
  ethernet: 'network.wired',
  lan: 'network.wired',
  networkconfig: 'network.wired',
  staticip: 'network.wired[].ipv4',
  dhcp4: 'network.wired[].ipv4',
  gateway4: 'network.wired[].ipv4.gateway',
  nameservers: 'network.wired[].ipv4.dns',
  // Pins and disks.
  rpi: 'hardware.interfaces',
  enablei2c: 'hardware.interfaces.i2c',
  enablespi: 'hardware.interfaces.spi',
  enableusbgadget: 'hardware.interfaces.usbGadget',
  serial: 'hardware.interfaces.uart',
  configtxt: 'hardware.configTxt',
  cmdlinetxt: 'hardware.cmdline',
  disksetup: 'mounts',
  fssetup: 'mounts',
  fstab: 'mounts',
  // Firewall and updates.
  ufw: 'firewall',
  iptables: 'firewall.rules',
  nftables: 'firewall.rules',
  ports: 'firewall.rules',
  open: 'firewall.rules',
  allow: 'firewall.rules',
  default: [{ within: 'incoming', key: 'firewall.incoming' }],
  packageupdate: [{ hint: 'delete it: the lists are fetched when they are needed' }],
  packageupgrade: 'updates.firstBoot',
  upgrade: 'updates.firstBoot',
  update: 'updates.firstBoot',
  unattendedupgrades: 'updates.unattended',
  autoupdate: 'updates.unattended',
  packagerebootifrequired: 'updates.reboot',
  // Packages, files, commands, services.
  apt: 'packages',
  add: [{ within: 'bundle', key: 'packages.install' }],
  writefiles: 'files',
  motd: 'files',
  runcmd: 'firstBoot.scripts',
  bootcmd: 'firstBoot.scripts',
  firstrun: 'firstBoot.scripts',
  commands: 'firstBoot.scripts',
  cron: 'services.timers',
  servicesenabled: 'services.enable',
  enabled: [{ within: 'mask', key: 'services.enable' }],
  start: [{ within: 'mask', key: 'services.enable' }],
  stop: [{ within: 'mask', key: 'services.disable' }],
  systemd: 'services',
  modules: 'hardening.blockedModules',
  extends: 'include',
  imports: 'include',
  import: 'include',
  // What needs no key.
  growpart: [{ hint: 'delete it: the root partition fills the card at the first start' }],
  resizerootfs: [{ hint: 'delete it: the root partition fills the card at the first start' }],
  powerstate: [{ hint: 'delete it: the device restarts by itself where the first start needs it' }],
  finalmessage: [{ hint: 'delete it: pibake-firstboot status says how the first start went' }],
  configversion: 'version',
  '<<': [{ hint: 'YAML 1.2 has no merge keys; write the values out, or put them into a file and name it in include' }],
}

/**
 * @param key as it is written in the spec
 * @param known the keys of the section that it stands in
 * @returns the spec's own key for it, or advice; undefined: no tool that is known here has the word
 */
export function meaningOf(key: string, known: readonly string[]): Omit<Meaning, 'within'> | undefined {
  if (/^PuTTY-User-Key-File-\d$/i.test(key)) return { hint: `this is the start of a PRIVATE key: ${PRIVATE_KEY.hint}` }
  const meaning = Object.hasOwn(WORDS, plain(key)) ? WORDS[plain(key)] : undefined
  if (typeof meaning === 'string') return { key: meaning }
  return meaning?.find(({ within }) => within === undefined || known.includes(within))
}

/** Without what people spell in several ways: `host_name`, `hostName`. */
export function plain(key: string): string {
  return key.replace(/[_-]/g, '').toLowerCase()
}

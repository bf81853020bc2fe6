import type { Sample } from './options.ts'

interface StockUnit {
  readonly unit: string
  readonly description: string
  readonly wantedBy: string
  readonly enabled: boolean
  readonly alias?: string
  when(sample: Sample): boolean
}

const always = () => true
const bookworm = ({ facts }: Sample) => facts.release === 'bookworm'
const desktop = ({ variant }: Sample) => variant === 'desktop'

/** Units of the packages in the image, and whether the image has them enabled. */
export const STOCK_UNITS: readonly StockUnit[] = [
  {
    unit: 'avahi-daemon.service',
    description: 'Avahi mDNS/DNS-SD Stack',
    wantedBy: 'multi-user.target',
    enabled: true,
    alias: 'dbus-org.freedesktop.Avahi.service',
    when: always,
  },
  {
    unit: 'avahi-daemon.socket',
    description: 'Avahi mDNS/DNS-SD Stack Activation Socket',
    wantedBy: 'sockets.target',
    enabled: true,
    when: always,
  },
  {
    unit: 'bluetooth.service',
    description: 'Bluetooth service',
    wantedBy: 'bluetooth.target',
    enabled: true,
    alias: 'dbus-org.bluez.service',
    when: always,
  },
  {
    unit: 'hciuart.service',
    description: 'Configure Bluetooth Modems connected by UART',
    wantedBy: 'multi-user.target',
    enabled: true,
    when: bookworm,
  },
  {
    unit: 'ModemManager.service',
    description: 'Modem Manager',
    wantedBy: 'multi-user.target',
    enabled: true,
    alias: 'dbus-org.freedesktop.ModemManager1.service',
    when: ({ facts }) => facts.modemManager,
  },
  {
    unit: 'wpa_supplicant.service',
    description: 'WPA supplicant',
    wantedBy: 'multi-user.target',
    enabled: true,
    when: always,
  },
  {
    unit: 'systemd-timesyncd.service',
    description: 'Network Time Synchronization',
    wantedBy: 'sysinit.target',
    enabled: true,
    alias: 'dbus-org.freedesktop.timesync1.service',
    when: always,
  },
  {
    unit: 'rpi-eeprom-update.service',
    description: 'Check for Raspberry Pi EEPROM updates',
    wantedBy: 'multi-user.target',
    enabled: true,
    when: always,
  },
  { unit: 'udisks2.service', description: 'Disk Manager', wantedBy: 'graphical.target', enabled: true, when: always },
  {
    unit: 'triggerhappy.service',
    description: 'triggerhappy global hotkey daemon',
    wantedBy: 'multi-user.target',
    enabled: true,
    when: bookworm,
  },
  {
    unit: 'dphys-swapfile.service',
    description: 'Set up a swap file',
    wantedBy: 'multi-user.target',
    enabled: true,
    when: bookworm,
  },
  {
    unit: 'rpcbind.service',
    description: 'RPC bind portmap service',
    wantedBy: 'multi-user.target',
    enabled: false,
    when: bookworm,
  },
  {
    unit: 'rpcbind.socket',
    description: 'RPCbind Server Activation Socket',
    wantedBy: 'sockets.target',
    enabled: false,
    when: bookworm,
  },
  { unit: 'cups.service', description: 'CUPS Scheduler', wantedBy: 'printer.target', enabled: true, when: desktop },
  { unit: 'cups.socket', description: 'CUPS Scheduler', wantedBy: 'sockets.target', enabled: true, when: desktop },
  {
    unit: 'lightdm.service',
    description: 'Light Display Manager',
    wantedBy: 'graphical.target',
    enabled: true,
    alias: 'display-manager.service',
    when: desktop,
  },
  { unit: 'wayvnc.service', description: 'VNC Server', wantedBy: 'multi-user.target', enabled: false, when: desktop },
]

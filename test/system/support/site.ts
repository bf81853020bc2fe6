import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addresses } from './network.ts'

/** Where a container sees the repository of {@link debs}. */
export const REPOSITORY = '/srv/debs'
/** The same as a line of sources.list. */
export const SOURCE = `deb [trusted=yes] file:${REPOSITORY} ./`

/**
 * What the device finds at its owner's site, put into a root: an address and a default route (for the DHCP server), a
 * set clock (for the time server; timesyncd does not run in a container), and packages (for the mirror). The card's
 * partitions, which /etc/fstab names, are not there to be mounted again.
 */
export function settleIn(root: string): void {
  const profile = `[connection]
id=lan
type=ethernet
interface-name=eth0

[ipv4]
method=manual
address1=${addresses.device}/24,${addresses.owner}

[ipv6]
method=link-local
`
  const connections = join(root, 'etc/NetworkManager/system-connections')
  writeFileSync(join(connections, 'lan.nmconnection'), profile, { mode: 0o600 })
  mkdirSync(join(root, 'etc/tmpfiles.d'), { recursive: true })
  writeFileSync(join(root, 'etc/tmpfiles.d/site-clock.conf'), 'f /run/systemd/timesync/synchronized\n')
  settleAlone(root)
  writeFileSync(join(root, 'etc/apt/sources.list'), `${SOURCE}\n`)
}

/** What a device finds that is put up where nothing is: no address, no clock, no archive. */
export function settleAlone(root: string): void {
  symlinkSync('/dev/null', join(root, 'etc/systemd/system/systemd-remount-fs.service'))
  rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true, force: true })
  rmSync(join(root, 'etc/apt/sources.list'), { force: true })
}

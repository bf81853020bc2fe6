import type { Tree } from '../../storage/tree/tree.ts'
import type { SshdEffective } from './effective.ts'

const is = (sshd: SshdEffective, keyword: string, value: string) => sshd.value(keyword)?.toLowerCase() === value

/**
 * The folder that a connection is kept in when sshd gives it sftp and nothing else: no shell or command (ForceCommand),
 * and no port of the device or of its network (sshd_config(5)). Undefined: it may do more, or nothing tells its folder.
 */
export function filesOnly(sshd: SshdEffective): string | undefined {
  const folder = sshd.value('ChrootDirectory')
  if (folder === undefined || folder.includes('%') || !/^\/./.test(folder)) return undefined
  if (!/^internal-sftp(\s|$)/.test(sshd.value('ForceCommand') ?? '')) return undefined
  const forwardsNothing =
    is(sshd, 'DisableForwarding', 'yes') ||
    (is(sshd, 'AllowTcpForwarding', 'no') && is(sshd, 'AllowStreamLocalForwarding', 'no'))
  return forwardsNothing && !/^(yes|point-to-point|ethernet)$/i.test(sshd.value('PermitTunnel') ?? 'no')
    ? folder
    : undefined
}

/**
 * Why sshd would not keep anybody in a folder: each part of its path has to be a directory of root to which nobody else
 * may write (session.c, safely_chroot). Undefined: it would. sshd follows links and looks at the path as it is written;
 * a link is refused here.
 *
 * @param isThere false: what is missing will be made
 */
export function chrootRefusal(root: Tree, folder: string, isThere: boolean): string | undefined {
  const places = [...folder.matchAll(/\//g)].map(({ index }) => folder.slice(0, index) || '/')
  for (const place of [...places, folder]) {
    const entry = root.lstat(place)
    if (entry === undefined) return isThere ? `there is no ${place}` : undefined
    if (entry.kind !== 'directory') return `${place} is not a directory`
    if (entry.uid !== 0) return `${place} belongs to uid ${entry.uid}`
    if ((entry.mode & 0o022) !== 0) return `others may write to ${place}`
  }
  return undefined
}

import type { Release } from '../inspect/inventory.ts'
import type { Plan } from '../plan/plan.ts'
import { effectiveFor } from '../sshd/effective.ts'
import type { Tree } from '../tree/tree.ts'

const LOOPBACK = /^(127\.|\[?::1\]?(:|$)|localhost(:|$))/

/** Why nobody reaches sshd on `port` of the finished device; undefined: it listens there. */
export function sshUnreachable(root: Tree, release: Release, port: number, plan: Plan): string | undefined {
  const leaving = plan.packages.find(({ name, action }) => name === 'openssh-server' && action === 'remove')
  if (leaving !== undefined) return `openssh-server is removed at the first start (${leaving.origin.key})`
  const unit = root.lstat('/etc/systemd/system/ssh.service')
  if (unit?.kind === 'symlink' && unit.target === '/dev/null') return 'ssh.service is masked'
  if (!isWanted(root)) return 'ssh.service is not enabled'
  // Nobody in particular: Port and ListenAddress are the same for all.
  const sshd = effectiveFor(root, release, { user: 'root', groups: ['root'], address: '127.0.0.1' })
  if (!sshd.ports.includes(port)) return `sshd listens on port ${sshd.ports.join(', ')}, not on ${port}`
  if (sshd.listenAddresses.length > 0 && sshd.listenAddresses.every((address) => LOOPBACK.test(address))) {
    return `sshd listens on ${sshd.listenAddresses.join(', ')} only`
  }
  return undefined
}

function isWanted(root: Tree): boolean {
  const folders = root.list('/etc/systemd/system').filter((name) => /\.(wants|requires)$/.test(name))
  return folders.some((folder) =>
    ['ssh.service', 'sshd.service'].some(
      (name) => root.lstat(`/etc/systemd/system/${folder}/${name}`)?.kind === 'symlink',
    ),
  )
}

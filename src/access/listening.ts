import type { Release } from '../inspect/inventory.ts'
import type { Plan } from '../plan/plan.ts'
import { effectiveFor, type SshdEffective } from '../sshd/effective.ts'
import type { Tree } from '../tree/tree.ts'
import type { Reach } from './facts.ts'

/** All addresses of a family, and whom sshd then answers. */
const WORLD = { inet: '0.0.0.0/0', inet6: '::/0' } as const
type Family = keyof typeof WORLD

/** Why nobody reaches sshd on `port` of the finished device; undefined: it listens there. */
export function sshUnreachable(
  root: Tree,
  release: Release,
  port: number,
  plan: Pick<Plan, 'packages'>,
): string | undefined {
  const leaving = plan.packages.find(({ name, action }) => name === 'openssh-server' && action === 'remove')
  if (leaving !== undefined) return `openssh-server is removed at the first start (${leaving.origin.key})`
  const unit = root.lstat('/etc/systemd/system/ssh.service')
  if (unit?.kind === 'symlink' && unit.target === '/dev/null') return 'ssh.service is masked'
  if (!isWanted(root)) return 'ssh.service is not enabled'
  const sshd = forAll(root, release)
  if (!sshd.ports.includes(port)) return `sshd listens on port ${sshd.ports.join(', ')}, not on ${port}`
  const wildcards = sshd.listenAddresses.map(familyOf)
  const family = sshd.value('AddressFamily')?.toLowerCase() ?? 'any'
  if (family !== 'any' && wildcards.some((own) => own !== undefined && own !== family)) {
    return `sshd would not start: ListenAddress ${sshd.listenAddresses.join(', ')} with AddressFamily ${family}`
  }
  // It is not started again: RestartPreventExitStatus=255 in Debian's ssh.service, and no network is waited for.
  if (wildcards.length > 0 && wildcards.every((own) => own === undefined)) {
    return `sshd listens on ${sshd.listenAddresses.join(', ')} only, and ends if the device has no such address at its start`
  }
  return undefined
}

/** Whom sshd answers at all: clients of the families on which it listens. */
export function answered(root: Tree, release: Release): Reach {
  const sshd = forAll(root, release)
  const family = sshd.value('AddressFamily')?.toLowerCase()
  if (family === 'inet' || family === 'inet6') return [WORLD[family]]
  const own = sshd.listenAddresses.map(familyOf).filter((wildcard) => wildcard !== undefined)
  return new Set(own).size === 1 ? own.slice(0, 1).map((wildcard) => WORLD[wildcard]) : 'everywhere'
}

/** Nobody in particular: Port, ListenAddress and AddressFamily are the same for all. */
function forAll(root: Tree, release: Release): SshdEffective {
  return effectiveFor(root, release, { user: 'root', groups: ['root'], address: '127.0.0.1' })
}

/** The family all of whose addresses `0.0.0.0`, `::`, `[::]:22` … stand for; undefined: it is one address. */
function familyOf(address: string): Family | undefined {
  if (/^0\.0\.0\.0(:|$)/.test(address)) return 'inet'
  return /^(::|\[::\](:\d+)?)$/.test(address) ? 'inet6' : undefined
}

function isWanted(root: Tree): boolean {
  const folders = root.list('/etc/systemd/system').filter((name) => /\.(wants|requires)$/.test(name))
  return folders.some((folder) =>
    ['ssh.service', 'sshd.service'].some(
      (name) => root.lstat(`/etc/systemd/system/${folder}/${name}`)?.kind === 'symlink',
    ),
  )
}

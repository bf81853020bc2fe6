import type { Release } from '../../device/inspect/inventory.ts'
import { FROM_EVERYWHERE, type Reach, reachFrom } from '../../device/net/reach.ts'
import { effectiveFor, type SshdEffective } from '../../device/sshd/effective.ts'
import { argumentValues, kernelArguments } from '../../device/systemd/kernel-command-line.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Plan } from '../plan/plan.ts'
import { notOfTheDevice } from './device-addresses.ts'
import type { Gate } from './facts.ts'
import type { FinishedDevice } from './finished-device.ts'
import { sshdServices, usualSshd } from './sshd-services.ts'

/** Whom sshd answers where it listens for one family alone. */
const CLIENTS = { inet: reachFrom(['0.0.0.0/0']), inet6: reachFrom(['::/0']) } as const
type Family = keyof typeof CLIENTS

/** Why nobody reaches sshd on `port` of the finished device; undefined: it listens there. */
export function sshUnreachable(
  root: Tree,
  release: Release,
  port: number,
  plan: Pick<Plan, 'packages'>,
): string | undefined {
  const leaving = plan.packages.find(({ name, action }) => name === 'openssh-server' && action === 'remove')
  if (leaving !== undefined) return `openssh-server is removed at the first start (${leaving.origin.key})`
  const sshd = forAll(root, release)
  if (!sshd.ports.includes(port)) return `sshd listens on port ${sshd.ports.join(', ')}, not on ${port}`
  const wildcards = sshd.listenAddresses.map(familyOf)
  const family = sshd.value('AddressFamily')?.toLowerCase() ?? 'any'
  if (family !== 'any' && wildcards.some((own) => own !== undefined && own !== family)) {
    return `sshd would not start: ListenAddress ${sshd.listenAddresses.join(', ')} with AddressFamily ${family}`
  }
  return sshd.listenAddresses.length > 0 && sshd.listenAddresses.every(isOfLoopback)
    ? `sshd listens on ${sshd.listenAddresses.join(', ')} alone, which nobody reaches from outside`
    : undefined
}

/** Why nobody reaches sshd by an address of the finished device; undefined: it listens on one, or may. */
export function listensElsewhere(device: FinishedDevice): string | undefined {
  const others = forAll(device.root, device.release).listenAddresses.filter((address) => !isOfLoopback(address))
  return others.every(isOneAddress) ? notOfTheDevice(device, others) : undefined
}

/** The sshd to which a client of the SSH port comes, with what its command line says, and whom it answers. */
export function answeredGate(device: FinishedDevice): Gate {
  const service = sshdServices(device).find(({ ports }) => ports.includes(device.ssh.port))
  const reach = answered(service?.effective ?? usualSshd(device))
  return { code: 'ACC014', reach, because: 'sshd listens for nobody' }
}

/** Whom sshd answers at all: clients of the families on which it listens. @internal exported for the tests */
export function answered(sshd: SshdEffective): Reach {
  const family = sshd.value('AddressFamily')?.toLowerCase()
  if (family === 'inet' || family === 'inet6') return CLIENTS[family]
  const own = sshd.listenAddresses.map(familyOf).filter((wildcard) => wildcard !== undefined)
  const [only] = own
  return only !== undefined && own.every((wildcard) => wildcard === only) ? CLIENTS[only] : FROM_EVERYWHERE
}

/**
 * Without IPv6 in the kernel clients of IPv4 are left (ipv6, module parameter disable). What sysctl says of it is no gate:
 * NetworkManager switches IPv6 on for what it manages (nm-device.c, disable_ipv6).
 */
export function ipv6Gates({ boot }: Pick<FinishedDevice, 'boot'>): Gate[] {
  if (argumentValues(kernelArguments(boot), 'ipv6.disable').at(-1) !== '1') return []
  const at = { file: '/boot/firmware/cmdline.txt', line: 1 }
  return [
    { code: 'ACC014', reach: CLIENTS.inet, because: 'ipv6.disable=1 leaves no IPv6, and nobody comes by IPv4', at },
  ]
}

/** Whether sshd listens on one address of the device, and not on all of a family. */
export function isOneAddress(address: string): boolean {
  return familyOf(address) === undefined && !isOfLoopback(address)
}

function isOfLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+(:\d+)?|::1|\[::1\](:\d+)?|localhost(:\d+)?)$/.test(address)
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

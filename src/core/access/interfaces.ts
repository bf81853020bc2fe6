import type { Problem } from '../../base/report/report.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Verdict } from './prove.ts'

/** Ethernet, Wi-Fi and the USB gadget, by the kernel's names and the predictable ones (systemd.net-naming-scheme(7)). */
const BUILT_IN = ['eth', 'en', 'wl', 'usb']

/** Where interfaces are made: NetworkManager, systemd-networkd, ifupdown, wg-quick. */
const MAKERS = [
  '/etc/NetworkManager/system-connections',
  '/etc/systemd/network',
  '/etc/network/interfaces.d',
  '/etc/wireguard',
]
const PROGRAMS: readonly (readonly [prefix: string, program: string])[] = [
  ['tailscale', '/usr/sbin/tailscaled'],
  ['zt', '/usr/sbin/zerotier-one'],
  ['docker', '/usr/bin/dockerd'],
  ['virbr', '/usr/sbin/libvirtd'],
]

/** The interfaces of a verdict that are neither built in nor made by anything on the device, sorted. */
export function unmadeInterfaces(
  { ways, transfers, intruders }: Pick<Verdict, 'ways' | 'transfers' | 'intruders'>,
  root: Tree,
): string[] {
  const named = new Set([...ways, ...transfers, ...intruders].flatMap(({ interfaces }) => interfaces ?? []))
  return [...named].filter((name) => !isBuiltIn(name) && !isMade(root, name)).sort()
}

/**
 * A warning where SSH is open through no interface that is built in.
 *
 * @param unmade what {@link unmadeInterfaces} found
 */
export function interfaceProblems({ ways }: Pick<Verdict, 'ways'>, unmade: readonly string[]): Problem[] {
  const remote = ways.filter(({ by }) => by !== 'console')
  if (remote.length === 0 || remote.some(({ interfaces }) => interfaces === undefined || interfaces.some(isBuiltIn))) {
    return []
  }
  const names = [...new Set(remote.flatMap(({ interfaces }) => interfaces ?? []))].sort()
  const missing = unmade.filter((name) => names.includes(name))
  const which = missing.length === 0 ? '' : `; nothing in this spec or image makes ${missing.join(', ')}`
  return [
    {
      severity: 'warning',
      code: 'ACC040',
      path: ['firewall'],
      message: `SSH is reached only through ${names.join(', ')}${which}`,
      hint: 'add a rule for an interface of the device: limit in on eth0 to any port PORT proto tcp',
    },
  ]
}

function isBuiltIn(name: string): boolean {
  const known = name.replace(/\+$/, '')
  return BUILT_IN.some((prefix) => known.startsWith(prefix) || (known !== name && prefix.startsWith(known)))
}

function isMade(root: Tree, pattern: string): boolean {
  const name = pattern.replace(/\+$/, '')
  if (
    PROGRAMS.some(([prefix, program]) => name.startsWith(prefix) && root.lstat(root.resolve(program)) !== undefined)
  ) {
    return true
  }
  const files = [
    ...MAKERS.flatMap((folder) => root.list(folder).map((file) => `${folder}/${file}`)),
    '/etc/network/interfaces',
  ]
  return files.some((file) => file.startsWith(`/etc/wireguard/${name}`) || textOf(root, file).includes(name))
}

function textOf(root: Tree, path: string): string {
  const isFile = root.lstat(root.resolve(path))?.kind === 'file'
  return isFile ? new TextDecoder().decode(root.read(path)) : ''
}

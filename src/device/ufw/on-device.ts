import type { Tree } from '../../storage/tree/tree.ts'
import type { Family } from '../net/address.ts'
import type { Hooked } from '../netfilter/admitted.ts'
import { hookedOf, restore, type Tables } from '../netfilter/restore.ts'
import { loadedTables, type RefusedFile } from './loaded.ts'
import { CONF, DEFAULTS, readSettings, type Settings } from './settings.ts'

/** ufw as the device will run it. */
export interface UfwOnDevice {
  readonly hooked: readonly Hooked[]
  /** Files that iptables-restore does not take: their rules are not in force, the policy is. */
  readonly refused: readonly RefusedFile[]
  /** What a shell carries out, or ufw cannot use. */
  readonly unclear: Settings['unclear']
}

export interface UfwState {
  /** The package comes at the first start; its files that are not there are then as in the package. */
  readonly isNew: boolean
  /** The first start runs `ufw enable`. */
  readonly isSwitchedOn: boolean
  /** ufw.service is started at every start. */
  readonly isStarted: boolean
}

/**
 * Of what the ufw package brings, what decides about TCP to the device: 0.36.2 of Debian 12 and 13. The rest of its
 * before.rules and after.rules is about ICMP, UDP and what only passes through.
 */
const PACKAGE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['', '6'].flatMap((digit) => {
      const chain = (way: string) => `ufw${digit}-before-${way}`
      const known = (way: string) => `-A ${chain(way)} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`
      const before = [`:${chain('input')} -`, `:${chain('output')} -`, known('input'), known('output')]
      return [
        [`/etc/ufw/before${digit}.rules`, ['*filter', ...before, 'COMMIT'].join('\n')],
        [`/etc/ufw/user${digit}.rules`, ['*filter', `:ufw${digit}-user-input -`, 'COMMIT'].join('\n')],
      ]
    }),
  ),
  [CONF]: 'ENABLED=no',
  [DEFAULTS]: 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"',
}
const SCRIPTS = ['before.init', 'after.init'] as const
/** IPv6 that is not to be used (ufw_start, "IPv6 support disabled but available in the kernel"). */
const NO_IPV6 = '*filter\n:INPUT DROP\n:OUTPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT'

/** @returns undefined: ufw is not in force */
export function ufwOnDevice(root: Tree, { isNew, isSwitchedOn, isStarted }: UfwState): UfwOnDevice | undefined {
  const read = (path: string): string | undefined => {
    const content = root.read(path)
    return content === undefined ? (isNew ? PACKAGE[path] : undefined) : new TextDecoder().decode(content)
  }
  const [conf = '', defaults = ''] = [read(CONF), read(DEFAULTS)]
  // ufw-init ends without a word where one of the two is missing or empty.
  if (conf === '' || defaults === '' || !(isSwitchedOn || isStarted)) return undefined
  const settings = readSettings(defaults, conf)
  // Its postinst sets ENABLED=no in a ufw.conf that it finds.
  if (!isSwitchedOn && (isNew || !settings.enabled)) return undefined
  const families: readonly Family[] = [4, 6]
  const loaded = families.map((family) => {
    if (family === 6 && !settings.ipv6) return { family, refused: [], tables: withoutIpv6 }
    return { family, ...loadedTables(family, settings, read) }
  })
  return {
    hooked: loaded.flatMap(({ family, tables }) => hookedOf(tables, family)),
    refused: loaded.flatMap(({ refused }) => refused),
    unclear: [...settings.unclear, ...SCRIPTS.filter((name) => isOwnScript(root, name)).map(scriptSays)],
  }
}

const withoutIpv6: Tables = restore(new Map(), NO_IPV6, '/usr/lib/ufw/ufw-init-functions', true).tables

/** Executable, and not the one of the package, which does nothing. */
function isOwnScript(root: Tree, name: string): boolean {
  const path = root.resolve(`/etc/ufw/${name}`)
  const entry = root.lstat(path)
  if (entry?.kind !== 'file' || (entry.mode & 0o111) === 0) return false
  const [own, packaged] = [root.read(path), root.read(`/usr/share/ufw/${name}`)]
  return packaged === undefined || own === undefined || !isSameText(own, packaged)
}

function isSameText(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function scriptSays(name: string): UfwOnDevice['unclear'][number] {
  return { file: `/etc/ufw/${name}`, line: undefined, because: 'ufw-init runs this script, which is not the package’s' }
}

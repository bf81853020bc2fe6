import type { Origin } from '../../base/report/origin.ts'
import type { Problem } from '../../base/report/report.ts'
import { compileRulesFor } from '../../device/ufw/compile.ts'
import type { Firewall } from '../../device/ufw/policy.ts'
import { CONF, DEFAULTS, readSettings } from '../../device/ufw/settings.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { file } from '../plan/operation.ts'
import type { Note } from '../plan/request.ts'
import { profilesBrought } from '../spec-file/ufw-profiles.ts'
import type { Context, Contribution, Control } from './control.ts'
import { editedFile, imageText, linesOf } from './edited-file.ts'
import { ufwConf, ufwDefaults, userRules } from './firewall-files.ts'
import { absent, rootDirectory, rootFile } from './root-file.ts'

const FILES = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules', CONF, DEFAULTS] as const

const LOCK = '/etc/tmpfiles.d/pibake-ufw.conf'

/** Services that load another set of rules, some of them after throwing away what is there; nftables.service is switched off. */
const OTHERS = ['firewalld.service', 'netfilter-persistent.service', 'iptables.service']

const REASONS: Readonly<Record<keyof Firewall, string>> = {
  enabled: 'ufw is switched on',
  incoming: 'what no rule names, coming in',
  outgoing: 'what no rule names, going out',
  routed: 'what no rule names, passing through',
  logging: 'how much ufw writes to the journal',
  rules: 'a rule of this spec',
}

/**
 * ufw: its rules and settings as ufw itself would have written them. Where ufw is not installed yet, its package keeps
 * these files (`user.rules`, `user6.rules` and `ufw.conf` are made only if absent; /etc/default/ufw is a conffile, so
 * the first start installs with `--force-confold`).
 */
export const firewall: Control = { name: 'firewall', compile }

function compile(context: Context): Contribution {
  const { spec, inventory } = context
  const origin = context.because(['firewall', 'enabled'], REASONS.enabled)
  if (!spec.firewall.enabled) return switchedOff(context)
  const { lists, problems } = compileRulesFor(spec.firewall.rules, inventory, () =>
    profilesBrought(spec, inventory.root),
  )
  const because = (key: keyof Firewall, index?: number): Origin =>
    context.because(index === undefined ? ['firewall', key] : ['firewall', key, index], REASONS[key])
  const [rules, rules6, conf, defaults] = FILES
  const rendered = [
    { path: rules, mode: 0o640, ...userRules(lists, spec.firewall, 4, because) },
    { path: rules6, mode: 0o640, ...userRules(lists, spec.firewall, 6, because) },
    { path: conf, mode: 0o644, ...ufwConf(spec.firewall, because) },
    { path: defaults, mode: 0o644, ...ufwDefaults(spec.firewall, because) },
  ]
  return {
    operations: [
      rootDirectory('/etc/ufw', origin),
      ...rendered.map(({ path, content, ...rest }) => file(path, content, { origin, ...rest })),
      rootDirectory('/etc/tmpfiles.d', origin),
      rootFile(LOCK, {}, context.because(['firewall', 'enabled'], 'no other user can keep ufw waiting')),
    ],
    units: [
      { unit: 'ufw.service', state: 'enabled', origin },
      // A first start may apply presets, and those of Debian enable all there is. It flushes every rule when it stops.
      { unit: 'nftables.service', state: 'disabled', origin },
    ],
    packages: ['ufw', 'iptables'].map((name) => ({ name, action: 'install', origin })),
    notes: notes(context, origin),
    // Warnings came with the spec itself; here only what the image's own names make an error is new.
    problems: [...problems.filter(({ severity }) => severity === 'error'), ...otherFirewalls(context)],
  }
}

/**
 * Files that an earlier spec had pibake write must not switch ufw on when something installs it later. A ufw that the image
 * has switched on is switched off, as `ufw disable` does it.
 */
function switchedOff(context: Context): Contribution {
  const origin = context.because(['firewall', 'enabled'], 'no firewall is wanted')
  const message = 'the firewall is off: whatever listens on the device can be reached from everywhere'
  const notes: Note[] = [{ severity: 'warning', message, origin }]
  const { packages, root } = context.inventory
  if (!packages.has('ufw')) return { operations: [...FILES, LOCK].map((path) => absent(path, origin)), notes }
  const conf = imageText(root, CONF)
  if (!readSettings('', conf).enabled) return { notes }
  const off = conf.replace(/^\s*(?:export\s+)?ENABLED=.*$/gm, 'ENABLED=no')
  return {
    operations: [
      editedFile(
        root,
        CONF,
        off,
        origin,
        linesOf(off, (line) => line === 'ENABLED=no', origin),
      ),
    ],
    units: [{ unit: 'ufw.service', state: 'disabled', origin }],
    notes,
  }
}

/** Two sets of rules in one kernel: which is in force depends on who comes last. */
function otherFirewalls({ spec, inventory }: Context): Problem[] {
  const wanted = wantedUnits(inventory.root)
  return OTHERS.filter((unit) => wanted.has(unit) && !isOff(spec, unit)).map((unit) => ({
    severity: 'error',
    code: 'FWL013',
    path: ['firewall', 'enabled'],
    message: `${unit} is enabled in the image and would replace ufw's rules or be replaced by them`,
    hint: `add ${unit.replace('.service', '')} to services.disable, or set firewall.enabled: false`,
  }))
}

/** What links of the image start, whatever else they want. */
function wantedUnits(root: Tree): ReadonlySet<string> {
  const etc = '/etc/systemd/system'
  return new Set(root.list(etc).flatMap((name) => (name.endsWith('.wants') ? root.list(`${etc}/${name}`) : [])))
}

/** Does the spec keep the service from starting? Names may be written with or without `.service`. */
function isOff({ services }: Context['spec'], unit: string): boolean {
  return [...services.disable, ...services.mask].some((name) => name === unit || `${name}.service` === unit)
}

function notes(context: Context, origin: Origin): Note[] {
  const { spec, inventory } = context
  const has = (name: string) => inventory.packages.has(name) || spec.packages.install.includes(name)
  const found: Note[] = []
  if (wantedUnits(inventory.root).has('nftables.service') && !isOff(spec, 'nftables.service')) {
    const message = 'nftables.service of the image is switched off: the rules of /etc/nftables.conf give way to ufw’s'
    found.push({ severity: 'warning', message, origin })
  }
  if (['docker.io', 'docker-ce', 'podman'].some(has)) {
    const message =
      'ports that a container publishes are reached past ufw: publish them on 127.0.0.1, or use route rules'
    found.push({ severity: 'warning', message, origin })
  }
  if (['wireguard', 'wireguard-tools'].some(has) && !spec.firewall.rules.some((rule) => /^\s*route\b/.test(rule))) {
    const message = 'WireGuard: traffic that passes through the device needs route rules'
    found.push({ severity: 'info', message, origin: context.because(['firewall', 'routed'], REASONS.routed) })
  }
  if (inventory.packages.has('avahi-daemon') && !isOff(spec, 'avahi-daemon.service')) {
    const message =
      'ufw lets mDNS (udp 5353) and UPnP (udp 1900) multicast in by its own before.rules, whatever the rules say'
    found.push({ severity: 'info', message, origin })
  }
  return found
}

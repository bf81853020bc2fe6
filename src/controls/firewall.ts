import type { Operation, Origin } from '../plan/operation.ts'
import type { Problem } from '../spec/report.ts'
import type { Firewall } from '../spec/spec.ts'
import { compileRules } from '../ufw/compile.ts'
import { ufwConf, ufwDefaults, userRules } from '../ufw/files.ts'
import { imageNames } from '../ufw/names.ts'
import type { Context, Contribution, Control, Note } from './control.ts'
import { absent, rootDirectory } from './root-file.ts'

const FILES = ['/etc/ufw/user.rules', '/etc/ufw/user6.rules', '/etc/ufw/ufw.conf', '/etc/default/ufw'] as const

/** Services that load another set of rules, some of them after throwing away what is there. */
const OTHERS = ['nftables.service', 'firewalld.service', 'netfilter-persistent.service', 'iptables.service']

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
  const { lists, problems } = compileRules(spec.firewall.rules, imageNames(inventory))
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
      ...rendered.map(
        (file): Operation => ({ kind: 'file', partition: 'root', owner: { uid: 0, gid: 0 }, origin, ...file }),
      ),
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

/** Files that an earlier spec had pibake write must not switch ufw on when something installs it later. */
function switchedOff(context: Context): Contribution {
  const origin = context.because(['firewall', 'enabled'], 'no firewall is wanted')
  const message = 'the firewall is off: whatever listens on the device can be reached from everywhere'
  return {
    operations: context.inventory.packages.has('ufw') ? [] : FILES.map((path) => absent(path, origin)),
    notes: [{ severity: 'warning', message, origin }],
  }
}

/** Two sets of rules in one kernel: which is in force depends on who comes last. */
function otherFirewalls({ spec, inventory }: Context): Problem[] {
  const { root } = inventory
  const etc = '/etc/systemd/system'
  const wanted = root.list(etc).flatMap((name) => (name.endsWith('.wants') ? root.list(`${etc}/${name}`) : []))
  return OTHERS.filter((unit) => wanted.includes(unit) && !isOff(spec, unit)).map((unit) => ({
    severity: 'error',
    code: 'FWL013',
    path: ['firewall', 'enabled'],
    message: `${unit} is enabled in the image and would replace ufw's rules or be replaced by them`,
    hint: `add ${unit.replace('.service', '')} to services.disable, or set firewall.enabled: false`,
  }))
}

/** Does the spec keep the service from starting? Names may be written with or without `.service`. */
function isOff({ services }: Context['spec'], unit: string): boolean {
  return [...services.disable, ...services.mask].some((name) => name === unit || `${name}.service` === unit)
}

function notes(context: Context, origin: Origin): Note[] {
  const { spec, inventory } = context
  const has = (name: string) => inventory.packages.has(name) || spec.packages.install.includes(name)
  const found: Note[] = []
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

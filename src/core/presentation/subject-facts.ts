import type { SpecPath } from '../../base/report/report.ts'
import { type Bundle, packagesText, sizeText } from '../carried/bundle.ts'
import type { Evaluation } from '../compile-for.ts'
import type { Spec, User, Wired } from '../spec-file/spec.ts'
import type { Item } from './fold.ts'
import { hardeningFacts } from './hardening-facts.ts'
import type { Subject } from './subjects.ts'

/** One line of a subject: what is going to be, and the key that says so. */
export interface Fact {
  readonly mark?: Item['mark']
  readonly text: string
  readonly path: SpecPath
}

/** What is known of a device to be. */
export interface Known extends Pick<Evaluation, 'inventory' | 'plan'> {
  readonly spec: Spec
  /** The packages that the image carries. */
  readonly bundle: Bundle | undefined
}

/** What the spec wants of a subject, in words; empty where the changed paths say as much. */
export function factsOf(subject: Subject, known: Known): Fact[] {
  return FACTS[subject]?.(known) ?? []
}

const FACTS: Partial<Record<Subject, (known: Known) => Fact[]>> = {
  accounts: ({ spec, inventory }) => [
    ...spec.users.map((user, i): Fact => ({ mark: '+', text: accountText(user), path: ['users', i, 'name'] })),
    ...stockFacts(spec, inventory.stockUser),
  ],
  ssh: ({ spec: { ssh } }) => [
    {
      text: ssh.enabled ? sshText(ssh) : 'off: nobody logs in over the network',
      path: ['ssh', ssh.enabled ? 'port' : 'enabled'],
    },
    ...Object.entries(ssh.settings).map(([keyword, value]): Fact => {
      return { text: `${keyword} ${[value].flat().join(' ')}`, path: ['ssh', 'settings', keyword] }
    }),
  ],
  firewall: ({ spec: { firewall } }) => {
    if (!firewall.enabled) return [{ text: 'off', path: ['firewall', 'enabled'] }]
    const policy = `${firewall.incoming} in, ${firewall.outgoing} out; interim filter until ufw is up`
    return [
      { text: policy, path: ['firewall', 'incoming'] },
      ...firewall.rules.map((rule, i): Fact => ({ text: rule, path: ['firewall', 'rules', i] })),
    ]
  },
  fail2ban: ({ spec: { fail2ban } }) =>
    fail2ban.enabled
      ? Object.entries(fail2ban.jails).map(([name, jail]) => ({
          text: jailText(name, jail),
          path: ['fail2ban', 'jails', name],
        }))
      : [{ text: 'off', path: ['fail2ban', 'enabled'] }],
  updates: ({ spec: { updates } }) => [
    {
      text: updates.unattended ? 'security updates daily' : 'no updates by themselves',
      path: ['updates', 'unattended'],
    },
    ...(updates.sshServerDaily ? [{ text: 'openssh-server daily', path: ['updates', 'sshServerDaily'] }] : []),
    ...(updates.reboot === undefined
      ? []
      : [{ text: `restarts at ${updates.reboot} if needed`, path: ['updates', 'reboot'] }]),
  ],
  alerts: ({ spec: { alerts } }) => [
    ...(alerts.to.length === 0 ? [] : [{ text: `mail to ${alerts.to.join(' ')}`, path: ['alerts', 'to'] }]),
    ...(alerts.webhook === undefined ? [] : [{ text: 'a request to the webhook', path: ['alerts', 'webhook'] }]),
  ],
  device: ({ spec: { device } }) =>
    Object.entries({ ...device, caCertificates: authorities(device), proxy: device.proxy?.url }).flatMap(
      ([key, value]) => {
        const words = [value ?? []].flat().filter((word) => word !== '')
        return words.length === 0 ? [] : [{ text: `${key} ${words.join(' ')}`, path: ['device', key] }]
      },
    ),
  network: ({ spec: { network } }) => [
    ...network.wired.map((wired, i): Fact => {
      const which = wired.interface ?? wired.mac
      const text = ['cable', ...(which === undefined ? [] : [which])].join(' ')
      return { mark: '+', text: [text, ...ipWords(wired)].join(', '), path: ['network', 'wired', i] }
    }),
    ...(network.wifi === undefined
      ? []
      : [
          { text: `Wi-Fi country ${network.wifi.country}`, path: ['network', 'wifi', 'country'] },
          ...network.wifi.networks.map((one, i): Fact => {
            const how = one.eap === undefined ? [one.security] : [one.security, one.eap.method]
            const text = [`network ${one.ssid}`, ...how, ...ipWords(one)].join(', ')
            return { mark: '+', text, path: ['network', 'wifi', 'networks', i, 'ssid'] }
          }),
        ]),
  ],
  hardware: ({ spec: { hardware } }) =>
    Object.entries(hardware).flatMap(([key, value]) =>
      value === 'off' || value === 'block' ? [{ text: `${key} ${value}`, path: ['hardware', key] }] : [],
    ),
  hardening: ({ spec }) => hardeningFacts(spec),
  'first boot': firstBootFacts,
}

/** By the names that people know them by. */
function authorities({ caCertificates }: Spec['device']): string {
  return caCertificates
    .flat()
    .map(({ name }) => name)
    .join(', ')
}

/** The addresses of a connection where they do not come by themselves. */
function ipWords({ ipv4, ipv6 }: Wired): string[] {
  return [
    ...(ipv4.method === 'disabled' ? ['no IPv4'] : ipv4.addresses),
    ...(ipv6.method === 'disabled' ? ['no IPv6'] : ipv6.addresses),
  ]
}

function accountText({ name, sudo, passwordHash }: User): string {
  if (sudo === 'none') return `${name}, no sudo`
  const how = sudo === 'nopasswd' ? 'sudo without password' : 'sudo with password'
  return `${name}, ${how}${passwordHash === undefined && sudo === 'password' ? ' (and has none)' : ''}`
}

function stockFacts(spec: Spec, name: string | undefined): Fact[] {
  if (name === undefined || spec.users.some((user) => user.name === name)) return []
  const path = ['defaultUser']
  if (spec.defaultUser === 'remove')
    return [{ mark: '-', text: `${name} (home ${spec.removeHome ? 'removed' : 'kept'})`, path }]
  return [
    spec.defaultUser === 'lock' ? { mark: '-', text: `${name} (locked)`, path } : { text: `${name} (as it is)`, path },
  ]
}

function sshText({ port, passwordAuthentication, allowUsers, hostKeys }: Spec['ssh']): string {
  const how = passwordAuthentication ? 'keys or passwords' : 'keys only'
  return `port ${port}, ${how}, ${allowUsers.join(' ')}${hostKeys === 'bake' ? ', host keys made now' : ''}`
}

function jailText(name: string, jail: Spec['fail2ban']['jails'][string]): string {
  if (String(jail.enabled) === 'false') return `${name}: off`
  const { maxretry, findtime, bantime } = jail
  const tries = maxretry === undefined ? [] : [`${maxretry} tries${findtime === undefined ? '' : ` in ${findtime}`}`]
  const ban = bantime === undefined ? [] : [Number(bantime) < 0 ? 'ban for ever' : `${bantime} ban`]
  return [`${name}:`, [...tries, ...ban].join(', ')].join(' ').trim()
}

function firstBootFacts({ spec, plan, bundle }: Known): Fact[] {
  const names = (action: 'install' | 'remove') =>
    plan.packages.filter((one) => one.action === action).map(({ name }) => name)
  const [installed, removed] = [names('install'), names('remove')]
  const carried = bundle?.lock.packages ?? []
  const size = carried.reduce((sum, one) => sum + one.size, 0)
  return [
    ...(installed.length === 0
      ? []
      : [{ mark: '+' as const, text: `installs ${installed.join(' ')}`, path: ['packages', 'install'] }]),
    ...(removed.length === 0
      ? []
      : [{ mark: '-' as const, text: `removes ${removed.join(' ')}`, path: ['packages', 'remove'] }]),
    ...(carried.length === 0
      ? []
      : [
          {
            text: `carried in the image: ${packagesText(carried.length)}, ${sizeText(size)}`,
            path: ['packages', 'bundle'],
          },
        ]),
    { text: `upgrades: ${spec.updates.firstBoot}`, path: ['updates', 'firstBoot'] },
  ]
}

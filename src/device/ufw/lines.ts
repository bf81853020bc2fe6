import type { Family } from '../net/address.ts'
import { isMulti } from './ports.ts'
import type { Rule } from './rule.ts'

const TARGETS = { allow: 'ACCEPT', deny: 'DROP', reject: 'REJECT', limit: 'LIMIT' } as const
const LOG_LIMIT = '-m limit --limit 3/min --limit-burst 10'

/** `ufw` or `ufw6`: what the chains of a family start with. */
export function chainPrefix(family: Family): string {
  return family === 4 ? 'ufw' : 'ufw6'
}

/**
 * The lines of one rule as ufw 0.36 writes them to user.rules: the tuple, which `ufw status` reads, and the iptables
 * rules, which the kernel gets. Both come from here so that they cannot differ.
 */
export function ruleLines(rule: Rule, family: Family): string[] {
  return [tupleLine(rule, family), ...iptablesLines(rule, family)]
}

function tupleLine(rule: Rule, family: Family): string {
  const anywhere = family === 4 ? '0.0.0.0/0' : '::/0'
  const address = (text: string) => (text === 'any' ? anywhere : text)
  const action = `${rule.forward ? 'route:' : ''}${rule.action}${rule.log === '' ? '' : `_${rule.log}`}`
  const { source, destination, interfaceIn, interfaceOut } = rule
  const app = (name: string) => (name === '' ? '-' : name.replaceAll(' ', '%20'))
  const words = [
    action,
    rule.protocol,
    destination.port,
    address(destination.address),
    source.port,
    address(source.address),
  ]
  if (destination.app !== '' || source.app !== '') words.push(app(destination.app), app(source.app))
  if (interfaceIn !== '' && interfaceOut !== '') words.push(`in_${interfaceIn}!out_${interfaceOut}`)
  else words.push([rule.direction, interfaceIn || interfaceOut].filter((word) => word !== '').join('_'))
  if (rule.comment !== '') words.push(`comment=${hex(rule.comment)}`)
  return `### tuple ### ${words.join(' ')}`
}

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function iptablesLines(rule: Rule, family: Family): string[] {
  const prefix = chainPrefix(family)
  const way = rule.forward ? 'forward' : rule.direction === 'out' ? 'output' : 'input'
  const chain = `${prefix}-user-${way}`
  return protocolsOf(rule).flatMap((protocol) => {
    const match = matchOf(rule, protocol)
    const add = (to: string, ...parts: string[]) => ['-A', to, ...match, ...parts].join(' ')
    const log = rule.log === '' ? [] : logLines(rule, prefix, way, add)
    const note = appComment(rule)
    if (rule.action === 'limit') {
      const recent = '-m conntrack --ctstate NEW -m recent'
      return [
        ...log,
        add(chain, recent, '--set', ...note),
        add(chain, recent, `--update --seconds 30 --hitcount 6 -j ${prefix}-user-limit`, ...note),
        add(chain, `-j ${prefix}-user-limit-accept`, ...note),
      ]
    }
    const reset = rule.action === 'reject' && protocol === 'tcp' ? ['--reject-with tcp-reset'] : []
    return [...log, add(chain, `-j ${TARGETS[rule.action]}`, ...reset, ...note)]
  })
}

/** No protocol but a port: iptables needs it said once for tcp and once for udp. */
function protocolsOf(rule: Rule): readonly string[] {
  if (rule.protocol !== 'any') return [rule.protocol]
  const hasPort = rule.source.port !== 'any' || rule.destination.port !== 'any'
  // ufw looks for 'port ' in the text of the rule, and so finds it in the name of an interface, too.
  const named = [rule.interfaceIn, rule.interfaceOut].some((name) => name.endsWith('port'))
  return hasPort || named ? ['tcp', 'udp'] : ['']
}

function matchOf(rule: Rule, protocol: string): string[] {
  const { source, destination } = rule
  const multi = isMulti(source.port) || isMulti(destination.port)
  const option = (name: string, value: string) => (value === 'any' || value === '' ? [] : [`${name} ${value}`])
  return [
    ...option('-i', rule.interfaceIn),
    ...option('-o', rule.interfaceOut),
    ...option('-p', protocol),
    ...(multi ? option('-m multiport --dports', destination.port) : []),
    ...(multi ? option('-m multiport --sports', source.port) : []),
    ...option('-d', destination.address),
    ...(multi ? [] : option('--dport', destination.port)),
    ...option('-s', source.address),
    ...(multi ? [] : option('--sport', source.port)),
  ]
}

function logLines(rule: Rule, prefix: string, way: string, add: (to: string, ...parts: string[]) => string): string[] {
  const chain = `${prefix}-user-logging-${way}`
  const word = { allow: 'ALLOW', limit: 'LIMIT', deny: 'BLOCK', reject: 'BLOCK' }[rule.action]
  const fresh = rule.log === 'log' ? ['-m conntrack --ctstate NEW'] : []
  return [
    add(chain, ...fresh, `${LOG_LIMIT} -j LOG --log-prefix "[UFW ${word}] "`),
    add(chain, '-j RETURN'),
    add(`${prefix}-user-${way}`, `-j ${chain}`),
  ]
}

function appComment(rule: Rule): string[] {
  const name = (kind: string, app: string) => (app === '' ? [] : [`${kind}_${app.replaceAll(' ', '%20')}`])
  const names = [...name('dapp', rule.destination.app), ...name('sapp', rule.source.app)]
  return names.length === 0 ? [] : [`-m comment --comment '${names.join(',')}'`]
}

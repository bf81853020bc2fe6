import { readAssignments } from '../../device/formats/shell-assignments.ts'
import { Findings, type ForeignFile } from './fact.ts'

const RULES = ['firewall', 'rules'] as const

/** `ufw show added`: the commands that made the rules. */
export function readUfwShown({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, rule] = /^\s*(?:sudo\s+)?ufw\s+(.*\S)\s*$/.exec(line) ?? []
    if (rule === undefined) continue
    const [, policy, way] = /^default\s+(allow|deny|reject)(?:\s+(incoming|outgoing|routed))?$/.exec(rule) ?? []
    const level = /^logging\s+(off|low|medium|high|full)$/.exec(rule)?.[1]
    if (policy !== undefined) found.set(['firewall', way ?? 'incoming'], policy, index + 1)
    else if (level !== undefined) found.set(['firewall', 'logging'], level, index + 1)
    else if (!/^(--force\s+)?(enable|reload|disable|reset)$/.test(rule)) found.add(RULES, rule, index + 1)
  }
  return found
}

/** user.rules, user6.rules: ufw's own comments hold the rules; those for both families are one rule. */
export function readUserRules({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, tuple] = /^### tuple ### (.*)$/.exec(line) ?? []
    if (tuple === undefined) continue
    const rule = commandOf(tuple)
    if (rule === undefined) found.leave('a rule', 'it is not one that ufw writes', index + 1)
    else found.add(RULES, rule, index + 1)
  }
  return found
}

/** `allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in`: as ufw's command takes it (ufw 0.36, backend_iptables.py). */
function commandOf(tuple: string): string | undefined {
  const [, body = '', comment = ''] = /^(.*?)(?:\s+comment=([0-9a-f]*))?$/.exec(tuple) ?? []
  const words = body.split(' ')
  const isShort = words.length <= 7
  const [head = '', protocol = '', dport = '', dst = '', sport = '', src = ''] = words
  const [dapp, sapp] = isShort ? ['-', '-'] : [words[6] ?? '-', words[7] ?? '-']
  const way = (isShort ? words[6] : words[8]) ?? 'in'
  const [, route, action, log] = /^(route:)?(allow|deny|reject|limit)(?:_(log|log-all))?$/.exec(head) ?? []
  if (action === undefined || src === '') return undefined
  const interfaces = way.split('!').map((one) => /^(in|out)(?:_(.+))?$/.exec(one))
  if (interfaces.some((one) => one === null)) return undefined
  const side = (word: 'from' | 'to', address: string, port: string, app: string) => {
    const name = app.replaceAll('%20', ' ')
    const end = app !== '-' ? ['app', /\s/.test(name) ? `'${name}'` : name] : port !== 'any' ? ['port', port] : []
    const place = /^(0\.0\.0\.0|::)\/0$/.test(address) ? 'any' : address
    return place === 'any' && end.length === 0 ? [] : [word, place, ...end]
  }
  const from = side('from', src, sport, sapp)
  const to = side('to', dst, dport, dapp)
  const isPlain = from.length === 0 && to[1] === 'any' && dapp === '-' && dport !== 'any'
  const match = isPlain
    ? [protocol === 'any' ? dport : `${dport}/${protocol}`]
    : [
        ...from,
        ...(from.length + to.length === 0 ? ['from', 'any'] : to),
        ...(protocol === 'any' || dapp !== '-' || sapp !== '-' ? [] : ['proto', protocol]),
      ]
  const on = interfaces.flatMap((one) => {
    const [, direction = 'in', name] = one as RegExpExecArray
    return name === undefined ? (direction === 'out' ? ['out'] : []) : [direction, 'on', name]
  })
  // With an interface ufw takes the long form only.
  const long =
    isPlain && on.length > 1 ? ['to', 'any', 'port', dport, ...(protocol === 'any' ? [] : ['proto', protocol])] : match
  const note = comment === '' ? [] : ['comment', `'${fromHex(comment)}'`]
  return [
    ...(route === undefined ? [] : ['route']),
    action,
    ...on,
    ...(log === undefined ? [] : [log]),
    ...long,
    ...note,
  ].join(' ')
}

function fromHex(text: string): string {
  return new TextDecoder().decode(Uint8Array.from((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))))
}

/** /etc/default/ufw and /etc/ufw/ufw.conf: policies, log, whether it is on. */
export function readUfwSettings({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const { values } = readAssignments(text)
  const line = (name: string) => text.split('\n').findIndex((one) => one.trimStart().startsWith(`${name}=`)) + 1
  const policies = { ACCEPT: 'allow', DROP: 'deny', REJECT: 'reject' }
  for (const [name, key] of [
    ['INPUT', 'incoming'],
    ['OUTPUT', 'outgoing'],
    ['FORWARD', 'routed'],
  ] as const) {
    const policy = policies[values.get(`DEFAULT_${name}_POLICY`) as keyof typeof policies]
    if (policy !== undefined) found.set(['firewall', key], policy, line(`DEFAULT_${name}_POLICY`))
  }
  const enabled = values.get('ENABLED')
  if (enabled !== undefined) found.set(['firewall', 'enabled'], enabled.toLowerCase() === 'yes', line('ENABLED'))
  const level = values.get('LOGLEVEL')
  if (level !== undefined) found.set(['firewall', 'logging'], level, line('LOGLEVEL'))
  if (values.get('IPV6')?.toLowerCase() === 'no')
    found.leave(
      'IPV6=no',
      'rules are for both families; network.wired[].ipv6.method: disabled switches IPv6 off',
      line('IPV6'),
    )
  return found
}

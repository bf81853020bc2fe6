import type { Names } from './names.ts'
import { isMulti, normalisePorts } from './ports.ts'
import { type Command, type Rule, RuleError } from './rule.ts'

/** One rule in one of ufw's two lists; `index` is the spec rule that put it there. */
export interface Entry extends Rule {
  readonly index: number
}

/** One entry per `ports` item of the profiles (of their product, where both ends name one). */
export function expand({ rule, index }: Command, names: Names): Entry[] {
  const { source, destination } = rule
  const items = (app: string) => names.profiles.get(app) ?? []
  const entry = (protocol: Rule['protocol'], from: string, to: string): Entry => {
    const ports = { from: normalised(from), to: normalised(to) }
    if (protocol === 'any' && (isMulti(ports.from) || isMulti(ports.to))) {
      throw new RuleError('FWL005', 1, 'several ports need a protocol, and the profile names none')
    }
    return {
      ...rule,
      index,
      protocol,
      source: { ...source, port: ports.from },
      destination: { ...destination, port: ports.to },
    }
  }
  if (source.app !== '' && source.app === destination.app) {
    return items(source.app).map((item) => entry(item.protocol, item.port, item.port))
  }
  if (source.app !== '' && destination.app !== '') {
    return items(destination.app).flatMap((to) =>
      items(source.app).map((from) => entry(from.protocol === 'any' ? to.protocol : from.protocol, from.port, to.port)),
    )
  }
  if (source.app !== '') return items(source.app).map((from) => entry(from.protocol, from.port, destination.port))
  if (destination.app !== '') return items(destination.app).map((to) => entry(to.protocol, source.port, to.port))
  return [entry(rule.protocol, source.port, destination.port)]
}

function normalised(port: string): string {
  return port === 'any' ? port : normalisePorts(port, 1)
}

/** Whether no application profile made it. */
export function isPlain(entry: Entry): boolean {
  return entry.destination.app === '' && entry.source.app === ''
}

/** What a rule matches: two rules with the same target are alike for ufw. */
export function target(entry: Rule): string {
  const { destination, source, protocol, interfaceIn, interfaceOut, direction, forward } = entry
  return JSON.stringify([destination, source, protocol, interfaceIn, interfaceOut, direction, forward])
}

/** What a rule does to what it matches. */
export function effect(entry: Rule): string {
  return JSON.stringify([entry.action, entry.log, entry.comment])
}

/** Rules as ufw numbers them: the entries of one application rule are one. */
export function groups(list: readonly Entry[]): number {
  const applications = new Set<string>()
  let plain = 0
  for (const entry of list) {
    if (isPlain(entry)) plain += 1
    else applications.add(application(entry))
  }
  return plain + applications.size
}

/** What ufw takes for the identity of an application rule. */
export function application(entry: Entry): string {
  const { destination, source, interfaceIn, interfaceOut, direction } = entry
  const ends = [
    destination.app === '' ? destination.port : destination.app,
    destination.address,
    source.app === '' ? source.port : source.app,
    source.address,
  ]
  const ways = [interfaceIn && `in_${interfaceIn}`, interfaceOut && `out_${interfaceOut}`].filter((way) => way !== '')
  return [...ends, ...(ways.length > 0 ? ways : [direction])].join(' ')
}

/** What a card lets in, by its port; SSH is limited, so that guessing is slow. */
export const SERVICES = {
  ssh: { port: 22, verb: 'limit' },
  http: { port: 80, verb: 'allow' },
  https: { port: 443, verb: 'allow' },
  mqtt: { port: 1883, verb: 'allow' },
} as const

export type Service = keyof typeof SERVICES

/** From where something is let in; `off`: from nowhere. */
export type Scope = 'off' | 'everywhere' | 'network'

export interface Card {
  readonly scope: Scope
  /** With the scope `network`: `192.0.2.0/24`. */
  readonly network: string
}

/** What a card says of a list of rules. Without any, the spec's default lets SSH in. */
export function cardOf(rules: readonly string[], service: Service): Card {
  if (rules.length === 0 && service === 'ssh') return { scope: 'everywhere', network: '' }
  const network = rules.map((rule) => networkIn(rule, service)).find((found) => found !== undefined)
  if (network !== undefined) return { scope: 'network', network }
  return { scope: rules.includes(everywhere(service)) ? 'everywhere' : 'off', network: '' }
}

/** The rules with what a card says; the others stay as they are. A rule in place of the default keeps SSH open. */
export function withCard(rules: readonly string[], service: Service, { scope, network }: Card): string[] {
  const given = rules.length === 0 ? [everywhere('ssh')] : rules
  const isOwn = (rule: string) => rule === everywhere(service) || networkIn(rule, service) !== undefined
  const at = given.findIndex(isOwn)
  const others = given.filter((rule) => !isOwn(rule))
  if (scope === 'off') return others
  const rule = scope === 'everywhere' ? everywhere(service) : fromNetwork(service, network)
  return others.toSpliced(at === -1 ? others.length : at, 0, rule)
}

function everywhere(service: Service): string {
  const { verb, port } = SERVICES[service]
  return `${verb} ${port}/tcp`
}

function fromNetwork(service: Service, network: string): string {
  const { verb, port } = SERVICES[service]
  return `${verb} from ${network} to any port ${port} proto tcp`
}

/** The network of a rule as {@link fromNetwork} writes it. */
function networkIn(rule: string, service: Service): string | undefined {
  const network = /^\w+ from (\S+) /.exec(rule)?.[1]
  return network !== undefined && rule === fromNetwork(service, network) ? network : undefined
}

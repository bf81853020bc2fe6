import { RuleError } from './rule.ts'

/** iptables' multiport match takes 15 ports; a range counts as two. */
const MULTIPORT_MAX = 15

/** `22`, `80,443`, `6000:6007`, … as ufw stores it: sorted by number. `any` stands for all. */
export function normalisePorts(text: string, column: number): string {
  const bad = (message: string, hint?: string) => new RuleError('FWL003', column, `port '${text}': ${message}`, hint)
  const parts = text.split(',').map((part) => part.split(':'))
  if (!parts.every((part) => part.length <= 2 && part.every((number) => /^\d+$/.test(number)))) {
    throw bad('not a number, a range LOW:HIGH or a list of them', 'for example 22, 6000:6007 or 80,443')
  }
  const flat = parts.flat()
  if (flat.some((number) => number.length > 1 && number.startsWith('0'))) {
    throw bad('a leading zero, which iptables reads as octal')
  }
  if (flat.some((number) => Number(number) < 1 || Number(number) > 65535)) throw bad('ports are 1 to 65535')
  if (parts.some(([low, high]) => high !== undefined && Number(low) >= Number(high))) {
    throw bad('a range goes from the lower to the higher port')
  }
  if (flat.length > MULTIPORT_MAX) throw bad(`more than ${MULTIPORT_MAX} ports in one rule`, 'split it into two rules')
  const order = ([low, high]: string[]) => Number(low) * 65536 + Number(high ?? 0)
  return parts
    .sort((a, b) => order(a) - order(b))
    .map((part) => part.join(':'))
    .join(',')
}

/** Several ports or a range: needs tcp or udp, and iptables' multiport match. */
export function isMulti(ports: string): boolean {
  return /[,:]/.test(ports)
}

/** Whether `port` is one of `ports`. */
export function holdsPort(ports: string, port: number): boolean {
  if (ports === 'any') return true
  return ports.split(',').some((part) => {
    const [low, high = low] = part.split(':').map(Number)
    return low !== undefined && high !== undefined && low <= port && port <= high
  })
}

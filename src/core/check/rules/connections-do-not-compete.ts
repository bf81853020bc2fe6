import { hostText, parseHostAddress } from '../../../device/net/host-address.ts'
import { type Connection, connectionsOf, familiesOf } from '../../spec-file/connections.ts'
import type { Report, Rule } from './rule.ts'

/** No two connections by cable are for the same interface, and no address is given twice to a device. */
export const connectionsDoNotCompete: Rule = {
  reads: ['network'],
  check({ spec }, report) {
    const connections = connectionsOf(spec)
    const wired = connections.filter(({ kind }) => kind === 'wired')
    for (const [i, later] of wired.entries()) {
      const earlier = wired.slice(0, i).find((other) => mayBeTheSame(later, other))
      if (earlier === undefined) continue
      const message = `${later.name} and ${earlier.name} may be for the same interface, and which of them comes first is not said`
      report.error('NET017', later.path, message, 'name another interface for each: interface: eth0')
    }
    checkAddresses(connections, report)
  },
}

/** What is not named is any: NetworkManager takes whichever it finds first. */
function mayBeTheSame({ own: a }: Connection, { own: b }: Connection): boolean {
  const differs = (x: string | undefined, y: string | undefined) =>
    x !== undefined && y !== undefined && x.toLowerCase() !== y.toLowerCase()
  return !differs(a.interface, b.interface) && !differs(a.mac, b.mac)
}

function checkAddresses(connections: readonly Connection[], report: Report): void {
  const seen: { readonly text: string; readonly connection: Connection }[] = []
  for (const connection of connections) {
    for (const [key, { addresses }] of familiesOf(connection)) {
      for (const [i, written] of addresses.entries()) {
        const address = parseHostAddress(written)
        if (address === undefined) continue
        const text = hostText(address)
        const other = seen.find((one) => one.text === text && mayBeTogether(one.connection, connection))
        if (other !== undefined) {
          const where = other.connection === connection ? 'twice' : `to ${other.connection.name} too`
          report.error(
            'NET017',
            [...connection.path, key, 'addresses', i],
            `${text} is given ${where}`,
            'keep one of them',
          )
        }
        seen.push({ text, connection })
      }
    }
  }
}

/** Of Wi-Fi networks a radio joins one at a time. */
function mayBeTogether(a: Connection, b: Connection): boolean {
  return a === b || a.kind === 'wired' || b.kind === 'wired' || mayDiffer(a, b)
}

function mayDiffer({ own: a }: Connection, { own: b }: Connection): boolean {
  return a.interface !== undefined && b.interface !== undefined && a.interface !== b.interface
}

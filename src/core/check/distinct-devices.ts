import { keyOf, type Problem, type SpecPath } from '../../base/report/report.ts'
import { parseHostAddress } from '../../device/net/host-address.ts'
import { connectionsOf, familiesOf } from '../spec-file/connections.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { ParsedSpec } from './parse.ts'

/** What devices of one fleet may not have in common: the names by which they announce themselves, and fixed addresses. */
export class DistinctDevices {
  /** By what is to be one device's own: the first device that has it. */
  readonly #owners = new Map<string, string>()

  /** @returns what is wrong with this device beside those that came before */
  add(id: string, spec: Spec, inInventory: ParsedSpec['inInventory']): Problem[] {
    const name = spec.device.hostname?.split('.', 1)[0]?.toLowerCase()
    const problems =
      name === undefined
        ? this.#claim(
            id,
            'name',
            ['device'],
            'device.hostname is left out: each device would have the name of the image',
            inInventory,
          )
        : this.#claim(id, `name ${name}`, ['device', 'hostname'], `every device would be called ${name}`, inInventory)
    return [...problems, ...this.#addresses(id, spec, inInventory)]
  }

  #addresses(id: string, spec: Spec, inInventory: ParsedSpec['inInventory']): Problem[] {
    return connectionsOf(spec).flatMap((connection) =>
      familiesOf(connection).flatMap(([family, { addresses }]) =>
        addresses.flatMap((text, i) => {
          const address = parseHostAddress(text)
          const path = [...connection.path, family, 'addresses', i]
          const key = `address ${address?.family} ${address?.bits}`
          const found = this.#claim(id, key, path, `every device would have the address ${text}`, inInventory)
          // On a cable of its own to one computer that is as it should be.
          return found.map((one): Problem => (one.position === undefined ? { ...one, severity: 'warning' } : one))
        }),
      ),
    )
  }

  /** @param same what is wrong where the spec says it for all devices */
  #claim(id: string, key: string, path: SpecPath, same: string, inInventory: ParsedSpec['inInventory']): Problem[] {
    const owner = this.#owners.get(key)
    if (owner === undefined) this.#owners.set(key, id)
    if (owner === undefined || owner === id) return []
    const hint = 'take it from a column of the inventory: ${device.COLUMN}'
    const shared = { severity: 'error', code: 'FLT006', path } as const
    const given = inInventory({
      ...shared,
      message: `${keyOf(path)} is that of ${owner} too`,
      hint: 'each device has its own',
    })
    return [given.position === undefined ? { ...shared, message: same, hint } : given]
  }
}

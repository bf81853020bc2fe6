import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { pibake } from './cli.ts'
import { HASH, KEYS } from './spec.ts'

/** Host keys are made beforehand; a column `note` names a file below /etc. */
export const SPEC = `version: 1
device: { hostname: "\${device.hostname}" }
users: [{ name: alice, passwordHash: "${HASH}", authorizedKeys: ["${KEYS.alice}"] }]
ssh: { hostKeys: bake }
packages: { bundle: false }
network: { wired: [{ ipv4: { method: manual, addresses: ["\${device.address}/24"], dns: [192.0.2.1] } }] }
files: [{ path: "/etc/\${device.note}", content: "this is \${device.id}\\n" }]
`

/** A line of the inventory. */
export interface Row {
  readonly id: string
  readonly hostname: string
  readonly address: string
  readonly note: string
}

export const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `kit-${i + 1}`,
    hostname: `kit-${i + 1}`,
    address: `192.0.2.${i + 11}`,
    note: 'motd',
  }))

export function writeInventory(work: string, rows: readonly Row[]): void {
  const lines = rows.map(({ id, hostname, address, note }) => [id, hostname, address, note].join(','))
  writeFileSync(join(work, 'kits.csv'), ['id,hostname,address,note', ...lines].map((line) => `${line}\n`).join(''))
}

/** The spec, an inventory and a base in a folder. */
export async function prepared(work: string, count: number): Promise<void> {
  writeFileSync(join(work, 'pibake.yaml'), SPEC, { mode: 0o600 })
  writeInventory(work, rowsOf(count))
  await makeSampleTar(join(work, 'base.tar'))
}

/** Without the folder of the fleet. */
export const MAKE = [
  'fleet',
  'pibake.yaml',
  '--inventory',
  'kits.csv',
  '--base',
  'base.tar',
  '--format',
  'overlay.tar',
  '--quiet',
]
export const make = (work: string, out: string, ...more: readonly string[]) =>
  pibake([...MAKE, '-o', out, ...more], { cwd: work })

import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { makeExt4 } from '../../../storage/ext4/support/make.ts'
import { operationOf } from '../../../support/operations.ts'
import { file } from '../../../support/plant.ts'
import { env } from '../../bake/support/sample-image.ts'

const ROOT = { uid: 0, gid: 0 }
/** What is changed there. */
export const OPERATIONS = [
  operationOf('/etc/machine-id', undefined),
  operationOf('/etc/hostname', { ...file('kit-07\n'), ...ROOT }),
  operationOf('/etc/shadow', { ...file('alice:$6$:1:::::\n', 0o640), ...ROOT }),
]

const START = 1024 * 1024

/** A card with a root partition and nothing else: small, for it is read whole after each call. */
export function makeCard(path: string): void {
  const partition = `${path}.root`
  const tree = { 'etc/hostname': 'raspberrypi\n', 'etc/machine-id': 'f'.repeat(5000), 'etc/shadow': 'pi:*:1:::::\n' }
  makeExt4(partition, { size: 8, tree })
  writeFileSync(path, Buffer.concat([new Uint8Array(START), readFileSync(partition)]))
  const input = `label: dos\nstart=${START / 512}, type=83\n`
  execFileSync('sfdisk', ['--quiet', '--wipe-partitions', 'never', path], { env, input, stdio: 'pipe' })
  rmSync(partition)
  rmSync(`${partition}.tree`, { recursive: true })
}

import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** A name beside `out` that nothing has: what is made there is renamed to its place, or removed. */
export function temporaryBeside(out: string): string {
  return join(dirname(out), `.${basename(out)}.${randomBytes(4).toString('hex')}`)
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TargetError } from '../../../../src/base/errors.ts'
import { inWorkdir } from '../../../support/workdir.ts'

/** Calls `use` with a file of 10,000 bytes and the directory it lies in. */
export function onFile(use: (path: string, directory: string) => void | Promise<void>): Promise<void> {
  return inWorkdir((work) => {
    const path = join(work, 'my card.img')
    writeFileSync(
      path,
      Uint8Array.from({ length: 10_000 }, (_, i) => i >> 3),
    )
    return use(path, work)
  })
}

/** The call ends in a TargetError whose message and hint say `why`. */
export function refuses(call: () => unknown, why: RegExp): void {
  assert.throws(call, (error: Error) => error instanceof TargetError && why.test(`${error.message} ${error.hint}`))
}

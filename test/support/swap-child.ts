/**
 * A process of its own that, as fast as it can, swaps `ROOT/etc` with a link to OUTSIDE and back; to be killed. Says
 * `ready` first.
 */
import { renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const [root, outside] = process.argv.slice(2)
if (root === undefined || outside === undefined) throw new Error('usage: swap-child ROOT OUTSIDE')
const [etc, real, link] = ['etc', 'etc-real', 'etc-link'].map((name) => join(root, name)) as [string, string, string]
symlinkSync(outside, link)
process.stdout.write('ready\n')
for (;;) {
  renameSync(etc, real)
  renameSync(link, etc)
  renameSync(etc, link)
  renameSync(real, etc)
}

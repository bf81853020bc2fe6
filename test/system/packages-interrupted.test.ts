import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { type Image, stockImage } from './support/dress.ts'
import { program } from './support/pibake.ts'

const test = suite('packages: called off while apt waits for an archive')

/** Takes connections and says nothing. */
const silent = createServer(() => undefined)
let image: Image

test.before(async () => {
  image = stockImage('trixie-2026')
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
})
test.after(() => {
  silent.close()
  image?.remove()
})

for (const command of ['lock', 'plan', 'apply'] as const) {
  test(`${command}: Ctrl-C gives 130, and nothing is left`, async () => {
    const work = mkdtempSync(join(tmpdir(), 'pibake-interrupted-'))
    try {
      const temporary = join(work, 'tmp')
      mkdirSync(temporary)
      writeFileSync(join(work, 'pibake.yaml'), JSON.stringify(smallSpec()))
      const { port } = silent.address() as AddressInfo
      const words = [command, join(work, 'pibake.yaml'), '--boot', image.boot, '--root', image.root]
      const child = spawn(process.execPath, [program, ...words, '--apt-mirror', `http://127.0.0.1:${port}`], {
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, TMPDIR: temporary, XDG_CACHE_HOME: join(work, 'cache') },
      })
      let said = ''
      child.stderr.on('data', (chunk) => {
        said += chunk
      })
      await once(silent, 'connection')
      // As a terminal does it: to pibake and to apt.
      process.kill(-(child.pid ?? 0), 'SIGINT')
      assert.equal(await once(child, 'exit'), [130, null])
      assert.match(said, /^pibake: interrupted; the target is as it was before$/m)
      assert.equal(readdirSync(temporary), [])
    } finally {
      rmSync(work, { recursive: true })
    }
  })
}

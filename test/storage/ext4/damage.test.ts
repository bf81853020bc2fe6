import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SpaceError, TargetError } from '../../../src/base/errors.ts'
import { seeded } from '../../support/seeded.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { openBytes } from './support/image.ts'
import { makeExt4 } from './support/make.ts'
import { readModel } from './support/model.ts'

const test = suite('ext4: damage')

/** How many damaged images of each kind. */
const rounds = Number(process.env.PIBAKE_EXT4_DAMAGE ?? 150)
const many = Array.from({ length: 150 }, (_, i) => [`etc/many/some file with a long number ${i}`, `${i}`] as const)
const tree = {
  ...Object.fromEntries(many),
  'etc/hostname': 'pi\n',
  'usr/x/y/z': '1',
  'a/far': { link: '/'.repeat(99) },
}
const attributes = Array.from({ length: 9 }, (_, i) => `ea_set /etc/hostname user.attribute${i} "${'v'.repeat(40)}"`)

/** Reads everything, and changes a little of everything. */
function useAll(content: Uint8Array): void {
  const { fs } = openBytes(content)
  const meta = { mode: 0o600, owner: { uid: 0, gid: 0 } }
  fs.used()
  readModel(fs)
  fs.writeFile('/etc/hostname', new Uint8Array(9000), meta)
  fs.makeDirectory('/etc/new', meta)
  for (let i = 0; i < 9; i++) fs.writeFile(`/etc/many/a new file with quite a name ${i}`, new Uint8Array(10), meta)
  fs.symlink('/a/far', 'x')
  fs.remove('/usr')
  fs.remove('/etc')
  fs.finish()
}

/** Tables and directories: what is not content of files. All of a small image but for its zeros. */
function interesting(content: Uint8Array): number[] {
  const places: number[] = []
  for (let at = 1024; at < content.length; at++) if (content[at] !== 0) places.push(at)
  return places
}

// With checksums most of the damage is found by them; without, what is behind them has to stand alone.
for (const args of [
  ['-O', '^metadata_csum,^has_journal'],
  ['-O', '^has_journal'],
]) {
  test(`${args[1]}: damage is refused or does no harm, ${rounds} times`, () =>
    inWorkdir((work) => {
      const file = join(work, 'image')
      makeExt4(file, {
        args: ['-b', '1024', '-N', '256', ...args],
        size: 2,
        tree,
        isIndexed: true,
        debugfs: attributes,
      })
      const whole = Uint8Array.from(readFileSync(file))
      useAll(whole)
      const places = interesting(whole)
      const random = seeded(rounds)
      let refused = 0
      for (let round = 0; round < rounds; round++) {
        const content = Uint8Array.from(whole)
        for (let n = 1 + random(3); n > 0; n--) {
          const at = places[random(places.length)] ?? 0
          // Large and small numbers, single bits; zeros beside what is there too.
          const change = [0xff, 0, 1, content[at + random(4)] ?? 0, (content[at] ?? 0) ^ (1 << random(8))][random(5)]
          content[at + random(2)] = change ?? 0
        }
        const before = Uint8Array.from(content)
        try {
          useAll(content)
        } catch (error) {
          const isRefusal = error instanceof TargetError || error instanceof SpaceError
          if (!isRefusal) throw new Error(`round ${round}: ${error instanceof Error ? error.stack : error}`)
          refused += 1
        }
        assert.ok(Buffer.compare(content, before) === 0, `round ${round}: the base was written to`)
      }
      assert.ok(refused > rounds / 20, `${refused} refused`)
    }))
}

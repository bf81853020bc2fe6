import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { OutputError } from '../../../src/write/emit/errors.ts'
import { readSums, updateSums } from '../../../src/write/emit/sums.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('SHA256SUMS')
const odd = ['line\nend', 'car\rriage', 'back\\slash', '\\n', ' space ', '*star', 'ü', '-dash']
const HASH = 'a'.repeat(64)

const isGood = (work: string) =>
  spawnSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: work }).status === 0

test('sha256sum checks it and writes the same, odd names too', () =>
  inWorkdir(async (work) => {
    for (const name of odd) writeFileSync(join(work, name), `content of ${name}`)
    const file = await updateSums(
      work,
      odd.map((name) => ({ name })),
    )
    assert.ok(isGood(work))
    const theirs = execFileSync('sha256sum', ['--', ...odd], { cwd: work, encoding: 'utf8' })
      .split('\n')
      .sort()
    assert.equal(readFileSync(file, 'utf8').split('\n').sort(), theirs)
    assert.is(lstatSync(file).mode & 0o777, 0o644)

    writeFileSync(join(work, 'back\\slash'), 'another')
    assert.not.ok(isGood(work))
    await updateSums(work, [{ name: 'back\\slash' }])
    assert.ok(isGood(work))
    assert.equal(readSums(work).size, odd.length)
  }))

test('lines of other files stay, own ones are replaced, those that are gone go, and all are sorted', () =>
  inWorkdir(async (work) => {
    // A name that is no UTF-8, and one as `sha256sum -b ./x` has it.
    const other = Buffer.from(`${HASH}  z\xff\n${HASH} *./out.img\n${HASH}  out.img.bmap\n${HASH}  b\n`, 'latin1')
    writeFileSync(join(work, 'SHA256SUMS'), other)
    writeFileSync(join(work, 'SHA256SUMS.sig'), 'of another list')
    const hash = 'b'.repeat(64)
    await updateSums(work, [{ name: 'out.img', sha256: hash }], ['out.img', 'out.img.bmap'])
    assert.is(
      readFileSync(join(work, 'SHA256SUMS'), 'latin1'),
      `${HASH}  b\n${hash}  out.img\n${HASH}  z\xff\n`,
      'a hash that the caller knows is taken as it is: no such file',
    )
    assert.equal(readdirSync(work), ['SHA256SUMS'])

    writeFileSync(join(work, 'SHA256SUMS.sig'), 'of this list')
    await updateSums(work, [{ name: 'out.img', sha256: hash }])
    assert.ok(existsSync(join(work, 'SHA256SUMS.sig')), 'nothing has changed')
  }))

test('a file of another kind under that name is not written over', () =>
  inWorkdir(async (work) => {
    for (const text of ['hello\n', `${HASH} one-space\n`, `\\${HASH}  bad\\xescape\n`, `${HASH}  a\n\n`]) {
      writeFileSync(join(work, 'SHA256SUMS'), text)
      const error = await updateSums(work, [{ name: 'x', sha256: HASH }]).catch((e) => e)
      assert.instance(error, OutputError)
      assert.is(readFileSync(join(work, 'SHA256SUMS'), 'utf8'), text)
    }
  }))

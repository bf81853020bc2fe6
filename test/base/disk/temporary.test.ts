import { readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { removeAbandoned, temporaryBeside } from '../../../src/base/disk/temporary.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('temporary files beside an output')

test('no two are the same', () => {
  assert.is.not(temporaryBeside('/out/kit.img'), temporaryBeside('/out/kit.img'))
})

test('what a dead process left is removed; what may be in use, and everything else, is not', () =>
  inWorkdir((work) => {
    const own = basename(temporaryBeside(join(work, 'kit.img')))
    const [start, host] = own.split('-').slice(2, 4) as [string, string]
    const dead = own.replace(`-${start}-`, `-${BigInt(start) + 1n}-`)
    const elsewhere = own.replace(`-${host}-`, '-00000000-')
    const others = ['.kit.img', '.kit.img.0a1b2c3d', '.x.pibake-1-2-3', dead.slice(1), `${dead}.txt`, 'kit.img']
    for (const name of [own, dead, elsewhere, ...others]) writeFileSync(join(work, name), '')
    removeAbandoned(work)
    assert.equal(readdirSync(work).sort(), [own, elsewhere, ...others].sort())
    removeAbandoned(join(work, 'none'))
  }))

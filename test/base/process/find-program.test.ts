import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { findProgram, programEnvironment, programPath } from '../../../src/base/process/find-program.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('programs of PATH')

/** With another PATH and another place to stand in. */
function inPlace(path: string, folder: string, use: () => void): void {
  const before = [process.env.PATH, process.cwd()] as const
  process.env.PATH = path
  process.chdir(folder)
  try {
    use()
  } finally {
    process.env.PATH = before[0]
    process.chdir(before[1])
  }
}

test('a program of the folder that one stands in is never run', () =>
  inWorkdir((work) => {
    mkdirSync(join(work, 'bin'))
    for (const place of ['xz', 'bin/xz']) {
      writeFileSync(join(work, place), '#!/bin/sh\nexit 7\n')
      chmodSync(join(work, place), 0o755)
    }
    for (const path of ['.', '', ':/nowhere', 'bin', './bin:/nowhere:', '..'])
      inPlace(path, work, () => {
        assert.is.not(programPath('xz').startsWith(work), true, path)
        const folders = programEnvironment().PATH?.split(':') ?? []
        assert.ok(folders.length > 0 && folders.every((folder) => folder.startsWith('/')), path)
      })
    inPlace(`${work}/bin`, work, () => assert.is(findProgram('xz'), `${work}/bin/xz`))
  }))

test('what is no program is passed over', () =>
  inWorkdir((work) => {
    writeFileSync(join(work, 'zstd'), 'no program')
    inPlace(work, work, () => {
      assert.is(findProgram('zstd'), undefined)
      assert.is(programPath('zstd'), 'zstd')
    })
  }))

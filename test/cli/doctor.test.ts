import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { calledPrograms } from '../../src/base/process/programs.ts'
import { pibake } from '../support/cli.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('doctor')

/** A folder with programs of these names. */
function folderWith(place: string, names: readonly string[]): string {
  const bin = join(place, 'bin')
  mkdirSync(bin)
  for (const name of names) {
    writeFileSync(join(bin, name), '')
    chmodSync(join(bin, name), 0o755)
  }
  symlinkSync(process.execPath, join(bin, 'node'))
  return bin
}

const all = calledPrograms()

test('with every program nothing is missing, and it leads to init', () =>
  inWorkdir((work) => {
    const PATH = folderWith(
      work,
      all.map(({ name }) => name),
    )
    const done = pibake(['doctor'], { env: { PATH } })
    assert.is(done.code, 0, done.stdout)
    assert.not.match(done.stdout, 'MISSING')
    assert.match(done.stdout, /^next: pibake init$/m)
    const { complete, install, programs } = JSON.parse(pibake(['doctor', '--json'], { env: { PATH } }).stdout)
    assert.equal({ complete, install, count: programs.length }, { complete: true, install: null, count: all.length })
  }))

test('what is missing is named with what it is for, and the command that installs it; what is optional is a note', () =>
  inWorkdir((work) => {
    const there = all.filter(({ name }) => !['xz', 'apt-get', 'apt-cache', 'zstd'].includes(name))
    const PATH = folderWith(
      work,
      there.map(({ name }) => name),
    )
    const env = { PATH, http_proxy: 'http://user:secret@proxy.test:3128' }
    const done = pibake(['doctor'], { env })
    assert.is(done.code, 1)
    assert.match(done.stdout, /^ {2}MISSING {2}xz +for writing \.xz.*Debian: xz-utils$/m)
    assert.match(done.stdout, /^ {2}note +zstd /m)
    assert.match(done.stdout, /^next: sudo apt install xz-utils apt$/m)
    assert.match(done.stdout, /proxies +set: http_proxy$/m)
    assert.not.match(done.stdout, 'secret')
    const facts = JSON.parse(pibake(['doctor', '--json'], { env }).stdout)
    assert.equal(
      [facts.schema, facts.complete, facts.install],
      ['pibake.doctor/1', false, 'sudo apt install xz-utils apt'],
    )
    assert.equal(facts.proxies, ['http_proxy'])
  }))

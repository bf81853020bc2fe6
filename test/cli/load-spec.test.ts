import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { loadSpec } from '../../src/cli/load-spec.ts'
import { HASH } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('loadSpec')
const contract = join(packageRoot, 'test/core/check/specs/contract/pibake.yaml')

test('the full example of the contract is sound', () => {
  const { spec, problems, digest } = loadSpec(contract)
  assert.equal(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.is(spec?.users[0]?.authorizedKeys.length, 3)
  assert.is(spec?.users[0]?.authorizedKeys[2]?.expires, '2027-01-01')
  assert.is(spec?.network.wifi?.networks[0]?.psk?.reveal(), 'a passphrase for tests')
  assert.is(spec?.files[0]?.mode, 0o644)
  assert.is(new TextDecoder().decode(spec?.firstBoot.scripts[0]?.content), '#!/bin/sh\n')
  assert.match(digest, /^sha256:[0-9a-f]{64}$/)
})

test('a secret file that everybody can read is warned about at the key that names it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pibake-'))
  try {
    cpSync(dirname(contract), folder, { recursive: true })
    chmodSync(join(folder, 'pibake.yaml'), 0o600)
    for (const [mode, expected] of [
      [0o644, ['SPC008']],
      [0o600, []],
    ] as const) {
      chmodSync(join(folder, 'secrets/wifi'), mode)
      const { problems } = loadSpec(join(folder, 'pibake.yaml'))
      assert.equal(
        problems.map(({ code }) => code),
        expected,
      )
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('so is a spec that every user can read, where a secret stands in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pibake-'))
  const file = join(folder, 'pibake.yaml')
  const codesOf = (user: string, more: string, mode: number) => {
    writeFileSync(file, `version: 1\nusers: [{ name: alice, ${user} }]\n${more}`)
    chmodSync(file, mode)
    return loadSpec(file)
      .problems.filter(({ code }) => code === 'SPC008')
      .map(({ position }) => position.line)
  }
  try {
    writeFileSync(join(folder, 'hash'), HASH, { mode: 0o600 })
    const inline = `passwordHash: '${HASH}'`
    const kept = 'files:\n  - path: /etc/own\n    mode: "0640"\n    content: secret\n'
    assert.equal(codesOf(inline, '', 0o644), [2])
    assert.equal(codesOf(inline, kept, 0o644), [2], 'said once')
    assert.equal(codesOf(inline, '', 0o640), [])
    assert.equal(codesOf('passwordHashFile: hash', '', 0o644), [])
    assert.equal(codesOf('passwordHashFile: hash', kept, 0o644), [6])
    assert.equal(codesOf('passwordHashFile: hash', kept.replace('0640', '0644'), 0o644), [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an included file names others from where it lies, and keeps its own places, warnings and excerpts', () =>
  inWorkdir((folder) => {
    mkdirSync(join(folder, 'lib/secrets'), { recursive: true })
    const file = join(folder, 'pibake.yaml')
    writeFileSync(file, 'version: 1\ninclude: [lib/base.yaml]\nssh: { prot: 22 }\n', { mode: 0o600 })
    writeFileSync(join(folder, 'lib/secrets/psk'), 'long enough\n', { mode: 0o600 })
    const base = join(folder, 'lib/base.yaml')
    const text = `users:\n  - { name: alice, passwordHash: '${HASH}', pasword: topsecret }\nnetwork: { wifi: { country: AT, networks: [{ ssid: kit, pskFile: secrets/psk }] } }\n`
    writeFileSync(base, text, { mode: 0o644 })
    const { problems, excerpt } = loadSpec(file)
    assert.equal(
      problems.map(({ code, position }) => `${code} ${position.file} ${position.line}`),
      [`SPC008 ${base} 2`, `SPC002 ${base} 2`, `SPC002 ${file} 3`],
    )
    assert.equal(
      problems.slice(1).map((problem) => excerpt(problem)?.text),
      ['  - { name: alice, passwordHash: ***, pasword: *** }', 'ssh: { prot: 22 }'],
    )
    const asking = 'users: [{ name: alice, passwordHash: { command: [cat, secrets/hash] } }]\n'
    writeFileSync(join(folder, 'lib/secrets/hash'), `${HASH}\n`, { mode: 0o600 })
    writeFileSync(join(folder, 'lib/asking.yaml'), asking, { mode: 0o600 })
    writeFileSync(join(folder, 'asks.yaml'), 'version: 1\ninclude: [lib/asking.yaml]\n', { mode: 0o600 })
    const asked = loadSpec(join(folder, 'asks.yaml')).problems
    assert.equal(
      asked.filter(({ code }) => code === 'SPC015'),
      [],
    )
    for (const problem of problems) assert.not.match(excerpt(problem)?.text ?? '', /topsecret|\$6\$/)
    assert.equal(loadSpec(file, { confine: true }).problems.length, problems.length)
    symlinkSync('/etc/hostname', join(folder, 'lib/out.yaml'))
    writeFileSync(file, 'version: 1\ninclude: [lib/out.yaml]\n', { mode: 0o600 })
    const outside = loadSpec(file, { confine: true }).problems.find(({ code }) => code === 'SPC007')
    assert.match(outside?.message ?? '', 'is not in the folder of the spec')
  }))

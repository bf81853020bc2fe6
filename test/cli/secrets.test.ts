import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pibake } from '../support/cli.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: secrets from files, variables and programs')

const USER = (more: string) => `version: 1\nusers:\n  - { name: alice, authorizedKeys: ['${KEYS.alice}'], ${more} }\n`
const WIFI = (psk: string) =>
  `${USER(`passwordHash: ${HASH}`)}network: { wifi: { country: AT, networks: [{ ssid: kit, psk: ${psk} }] } }\n`

/** What `check` says of a spec in `folder`: exit code, codes with the place of each, and all of it. */
function checked(folder: string, text: string, env: NodeJS.ProcessEnv = {}, ...flags: readonly string[]) {
  const file = join(folder, 'pibake.yaml')
  writeFileSync(file, text, { mode: 0o600 })
  const { code, stderr, stdout } = pibake(['check', 'pibake.yaml', ...flags], { cwd: folder, env })
  const errors = [...(stdout + stderr).matchAll(/:(\d+:\d+) (?:error|warning) ([A-Z]{3}\d{3}) (.*)/g)]
  return { code, said: errors.map(([, , found, message]) => `${found} ${message}`), all: stdout + stderr }
}

test('a hash from a variable, a program or a file is judged like one of the spec', () =>
  inWorkdir((folder) => {
    const weak = '$1$salt$qJH7.N4xYta3aEG/dfqo/0'
    writeFileSync(join(folder, 'good'), `${HASH}\n`, { mode: 0o600 })
    writeFileSync(join(folder, 'weak'), `${weak}\n`, { mode: 0o600 })
    const ways = [
      ['{ env: PI_HASH }', 'the value of the variable PI_HASH'],
      ['{ command: [cat, FILE] }', 'what cat prints'],
      ['{ file: FILE }', 'the content of FILE'],
    ] as const
    for (const [way, called] of ways) {
      const good = checked(folder, USER(`passwordHash: ${way.replace('FILE', 'good')}`), { PI_HASH: HASH })
      assert.equal([good.code, good.said], [0, []], way)
      const bad = checked(folder, USER(`passwordHash: ${way.replace('FILE', 'weak')}`), { PI_HASH: weak })
      assert.is(bad.code, 2, way)
      assert.match(bad.said[0] ?? '', `USR004 ${called.replace('FILE', 'weak')} `)
      assert.not.match(bad.all, weak.slice(3))
    }
  }))

test('what yields nothing is an error that names the key and the way', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'silent'), '#!/bin/sh\n')
    writeFileSync(join(folder, 'failing'), '#!/bin/sh\necho secret-on-the-way\nexit 3\n')
    for (const name of ['silent', 'failing']) chmodSync(join(folder, name), 0o755)
    const cases = [
      ['{ env: PI_PSK }', 'the variable PI_PSK of the environment is not set'],
      ['{ command: [no-such-program-here] }', 'there is no program no-such-program-here'],
      ['{ command: [./silent] }', './silent printed nothing'],
      ['{ command: [./failing] }', './failing ended with 3'],
      ['{ command: [] }', 'the command names no program'],
    ] as const
    for (const [psk, why] of cases) {
      const { code, said, all } = checked(folder, WIFI(psk), { PI_PSK: '' })
      assert.equal([code, said], [2, [`SPC015 network.wifi.networks[0].psk gets no value: ${why}`]], psk)
      assert.not.match(all, 'secret-on-the-way')
    }
    for (const psk of ['{}', '{ env: A, file: b }']) {
      assert.match(checked(folder, WIFI(psk)).said[0] ?? '', 'SPC009 network.wifi.networks[0].psk has one of')
    }
    assert.match(
      checked(folder, WIFI('{ env: "A B" }')).said[0] ?? '',
      'SPC015 network.wifi.networks[0].psk.env is not',
    )
    assert.match(checked(folder, WIFI('plain-passphrase')).said[0] ?? '', 'SPC003 network.wifi.networks[0].psk must be')
    assert.not.match(checked(folder, WIFI('plain-passphrase')).all, 'plain-passphrase')
  }))

test('a file that everybody can read is warned about where the source names it', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'psk'), 'long enough\n')
    for (const [mode, expected] of [
      [0o644, ['SPC008 psk holds a secret and can be read by every user of this machine']],
      [0o600, []],
    ] as const) {
      chmodSync(join(folder, 'psk'), mode)
      assert.equal(checked(folder, WIFI('{ file: psk }')).said, expected)
    }
  }))

test('the content of a private file comes byte by byte; one that all may read is refused', () =>
  inWorkdir((folder) => {
    const extra = (more: string) =>
      `${USER(`passwordHash: ${HASH}`)}files: [{ path: /etc/token, content: { env: KIT }, ${more} }]\n`
    const env = { KIT: 'two\nlines\n' }
    assert.equal(checked(folder, extra('mode: "0600"'), env).code, 0)
    assert.match(checked(folder, extra(''), env).said.join(), 'FIL015 a secret in a file that every user')
  }))

test('a program runs once a command, in the folder of the spec, without a shell', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'ask'), '#!/bin/sh\necho "$*" >> asked\necho long enough\n')
    chmodSync(join(folder, 'ask'), 0o755)
    const psk = '{ command: [./ask, "$HOME; touch x"] }'
    const two = WIFI(`${psk} }, { ssid: other, psk: ${psk}`)
    assert.is(checked(folder, two).code, 0)
    assert.is(readFileSync(join(folder, 'asked'), 'utf8'), '$HOME; touch x\n')
    assert.not.ok(existsSync(join(folder, 'x')))
  }))

test('with --confine nothing is looked up or run', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'ask'), '#!/bin/sh\ntouch ran\necho long enough\n')
    chmodSync(join(folder, 'ask'), 0o755)
    for (const psk of ['{ env: HOME }', '{ command: [./ask] }']) {
      const { code, said } = checked(folder, WIFI(psk), {}, '--confine')
      assert.is(code, 2)
      assert.match(said.join(), /^SPC014 the spec asks for (a variable of your environment|a program run)$/)
    }
    assert.not.ok(existsSync(join(folder, 'ran')))
  }))

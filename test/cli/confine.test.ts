import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { AUTHORITY } from '../support/certificates.ts'
import { pibake } from '../support/cli.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: a spec of somebody else, with --confine')

const USER = `version: 1\nusers:\n  - { name: alice, passwordHash: ${HASH}, authorizedKeys: ['${KEYS.alice}'] }\n`
const placed = (source: string, path = '/srv/data') => `files: [{ path: ${path}, source: ${source} }]\n`

/** What `check --confine` says of the spec in a folder: its exit code, and the codes of the errors. */
function confined(folder: string, text: string, ...flags: readonly string[]) {
  const file = join(folder, 'pibake.yaml')
  writeFileSync(file, USER + text, { mode: 0o600 })
  const { code, stderr } = pibake(['check', file, ...(flags.length > 0 ? flags : ['--confine'])])
  return { code, codes: [...stderr.matchAll(/ error ([A-Z]{3}\d{3}) /g)].map(([, found]) => found), stderr }
}

test('files are read from the folder of the spec alone, wherever links lead', () =>
  inWorkdir((top) => {
    const folder = join(top, 'spec')
    mkdirSync(join(folder, 'keys'), { recursive: true })
    const outside = join(top, 'outside')
    writeFileSync(outside, 'not for them\n')
    writeFileSync(join(folder, 'keys/data'), 'data\n')
    symlinkSync('data', join(folder, 'keys/inner'))
    symlinkSync(outside, join(folder, 'link'))
    symlinkSync(top, join(folder, 'way'))
    symlinkSync('/etc', join(folder, 'etc'))
    for (const source of ['keys/data', './keys/../keys/data', 'keys/inner', join(folder, 'keys/data')]) {
      assert.is(confined(folder, placed(source)).code, 0, source)
    }
    for (const source of ['../outside', outside, 'link', 'way/outside', 'etc/passwd', '/etc/passwd', '/dev/null']) {
      const { code, codes, stderr } = confined(folder, placed(source))
      assert.equal([code, codes], [2, ['SPC007']], source)
      assert.match(stderr, 'it is not in the folder of the spec, and --confine reads nothing else')
    }
    for (const source of ['../outside', 'link', 'way/outside']) {
      assert.is(confined(folder, placed(source), '--quiet').code, 0, `${source} without the flag`)
    }
    for (const key of ['passwordHashFile: ../outside', 'authorizedKeys: [{ file: ../outside }]']) {
      assert.equal(confined(folder, `  - { name: bob, ${key} }\n`, '--confine').codes, ['SPC007'], key)
    }
  }))

test('nothing of it is run as root, and it settles no question', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'data'), 'data\n')
    writeFileSync(join(folder, 'own.deb'), 'no package\n')
    writeFileSync(join(folder, 'ca.pem'), AUTHORITY)
    linkSync(join(folder, 'data'), join(folder, 'script'))
    const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    const cases: readonly (readonly [text: string, codes: readonly string[]])[] = [
      ['firstBoot: { scripts: [script] }\n', ['SPC014']],
      [placed('data', '/etc/systemd/system/own.service'), ['SPC014']],
      [placed('data', '/etc/cron.d/own'), ['SPC014']],
      [placed('data', '/usr/local/bin/own'), ['SPC014']],
      [placed('data', '/srv/../etc/cron.d/own'), ['FIL010']],
      ['files: [{ path: /srv/own, source: data, mode: "0755" }]\n', ['SPC014']],
      [placed('data', '/etc/motd'), []],
      ['device: { caCertificates: [ca.pem] }\n', ['SPC014']],
      ['device: { proxy: { url: http://192.0.2.1:3128 } }\n', ['SPC014']],
      ['access: { accept: [ACC051, ACC053] }\n', ['SPC014']],
      [`packages: { debs: [{ file: own.deb, sha256: ${digest} }] }\n`, ['PKG005']],
    ]
    for (const [text, codes] of cases) assert.equal(confined(folder, text).codes, codes, text)
    assert.match(confined(folder, 'access: { accept: [ACC051] }\n').stderr, '--accept-unproved ACC051')
    for (const text of ['firstBoot: { scripts: [script] }\n', 'access: { accept: [ACC051] }\n']) {
      assert.is(confined(folder, text, '--quiet').code, 0, text)
    }
  }))

test('every command that reads a spec takes the flag', () =>
  inWorkdir((folder) => {
    const file = join(folder, 'pibake.yaml')
    writeFileSync(file, `${USER}firstBoot: { scripts: [script] }\n`, { mode: 0o600 })
    writeFileSync(join(folder, 'script'), '#!/bin/sh\n')
    const target = ['--root', folder]
    const commands = [
      ['check', file],
      ['plan', file, ...target],
      ['apply', file, ...target],
      ['verify', file, ...target],
      ['lock', file, ...target],
      ['explain', file, ...target, '/etc/hostname'],
      ['bake', file, join(folder, 'base.img'), '-o', join(folder, 'out.img')],
    ]
    for (const words of commands) {
      const { code, stderr } = pibake([...words, '--confine'])
      assert.is(code, 2, words.join(' '))
      assert.match(stderr, 'SPC014', words.join(' '))
    }
  }))

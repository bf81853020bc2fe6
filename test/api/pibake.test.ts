import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { applyTo, audit, check, compile, inspect, PibakeError, plan, verify } from '../../src/api/pibake.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('API')

const SPEC = `version: 1\nusers: [{ name: alice, passwordHash: ${HASH}, authorizedKeys: ['${KEYS.alice}'] }]\n`
const SHUT = SPEC.replace(/passwordHash.*\]/, 'sudo: none }]')
let folder = ''
let image = ''

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pibake-api-'))
  image = join(folder, 'base.img')
  makeSampleImage(image)
})

test.after(() => rmSync(folder, { recursive: true }))

/** What a call throws. */
async function thrown(call: Promise<unknown>): Promise<PibakeError> {
  try {
    await call
  } catch (error) {
    assert.instance(error, PibakeError)
    return error as PibakeError
  }
  return assert.unreachable('it throws nothing') as never
}

test('check reports problems with their places, and throws nothing', async () => {
  const sound = await check({ text: SPEC })
  assert.is(sound.sound, true)
  assert.match(sound.digest, /^sha256:[0-9a-f]{64}$/)
  const { sound: isSound, problems } = await check({ text: SPEC.replace('version', 'versoin'), folder })
  assert.is(isSound, false)
  assert.ok(problems.some(({ line, column, message }) => line === 1 && column === 1 && /versoin/.test(message)))
  assert.is(problems[0]?.file, join(folder, 'pibake.yaml'))
})

test('a spec that is a text reads files beside its folder, and with confine from there alone', async () => {
  writeFileSync(join(folder, 'alice.pub'), `${KEYS.alice}\n`)
  const text = SPEC.replace(`'${KEYS.alice}'`, '{ file: alice.pub }')
  assert.is((await check({ text, folder })).sound, true)
  const outside = text.replace('alice.pub', join('..', 'alice.pub'))
  assert.match((await check({ text: outside, folder }, { confine: true })).problems[0]?.message ?? '', /--confine/)
})

test('inspect says what an image is', async () => {
  const found = await inspect({ image })
  assert.is(found.release, 'trixie')
  assert.ok(found.packages['openssh-server'])
  assert.equal(found.bootedSigns, [])
})

test('compile has all that is to be true, plan what is not true yet, applyTo makes it so, and verify sees what was changed', async () => {
  const kit = join(folder, 'kit.img')
  copyFileSync(image, kit)
  const target = { image: kit }
  const { operations, digest } = await compile({ text: SPEC }, target)
  const sshd = operations.find(({ path }) => path.startsWith('/etc/ssh/sshd_config.d/'))
  assert.ok(sshd?.kind === 'file' && new TextDecoder().decode(sshd.content).includes('PasswordAuthentication no'))
  const planned = await plan({ text: SPEC }, target)
  assert.is(planned.digest, digest)
  assert.equal([...new Set(planned.access.ways.map(({ user }) => user))], ['alice'])
  assert.ok(planned.changes.length > 0 && planned.changes.length <= operations.length)
  assert.ok(planned.changes.every(({ origin }) => origin.because !== ''))
  assert.equal(readFileSync(kit), readFileSync(image))
  const applied = await applyTo({ text: SPEC }, target)
  assert.equal(applied.changes, planned.changes)
  assert.equal((await verify({ text: SPEC }, target)).drift, [])
  assert.equal((await plan({ text: SPEC }, target)).changes, [])
  const { drift } = await verify({ text: `${SPEC}device: { hostname: other }\n` }, target)
  assert.ok(drift.some(({ path, differences }) => path === 'root:/etc/hostname' && differences.includes('content')))
})

test('audit finds less in what was hardened', async () => {
  const before = await audit({ image }, { role: { exposure: 'internet' } })
  assert.is(before.role.exposure, 'internet')
  const after = await audit({ image: join(folder, 'kit.img') }, { role: { exposure: 'internet' } })
  assert.ok(after.findings.length < before.findings.length)
})

test('a refusal is thrown with what the program says of it, and nothing is written', async () => {
  const before = readFileSync(image)
  const invalid = await thrown(applyTo({ text: 'version: 2\n' }, { image }))
  assert.is(invalid.exit, 2)
  assert.ok(invalid.problems.some(({ code, line }) => code === 'SPC001' && line === 1))
  const shut = await thrown(applyTo({ text: SHUT }, { image }))
  assert.is(shut.exit, 5)
  const none = await thrown(plan({ text: SPEC }, { image: join(folder, 'alice.pub') }))
  assert.is(none.exit, 3)
  assert.not.equal(none.message, '')
  const code = await thrown(plan({ text: SPEC }, { image }, { acceptUnproved: ['ACC001'] }))
  assert.is(code.exit, 2)
  const stopped = await thrown(applyTo({ text: SPEC }, { image }, { signal: AbortSignal.abort() }))
  assert.is(stopped.exit, 130)
  assert.equal(readFileSync(image), before)
})

import * as assert from 'uvu/assert'
import { imageFindings } from '../../../src/core/foreign/image-facts.ts'
import { importedSpec } from '../../../src/core/import/imported-spec.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import { write } from '../../support/edit.ts'
import { compiled } from '../../support/plan.ts'
import { fullSpec, HASH, KEYS, parse, sound, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { foreign, HASHED, secretsOf } from './foreign.ts'

const test = suite('import: an existing image')

const ofImage = (target: Target<MemoryTree>) => {
  const fallback = { name: 'owner', publicKey: KEYS.bob }
  const result = importedSpec(
    imageFindings(target, inspect(target, { allowBooted: true, isLookedAt: true }).release, () => HASHED),
    { file: 'pibake.yaml', today: TODAY, fallback },
  )
  return { ...result, spec: parse(result.text, secretsOf(result), TODAY).spec }
}

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  test(`${behaviour}: what pibake baked comes back as a spec: accounts, keys, sudo, ssh, firewall, Wi-Fi, names`, () => {
    const target = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
    const written = { ...fullSpec(), packages: { bundle: false } }
    applyToMemory(target, compiled(sound(written), target).plan.operations)
    const { spec, text } = ofImage(target)
    assert.ok(spec, text)
    const alice = spec?.users.find(({ name }) => name === 'alice')
    const bob = spec?.users.find(({ name }) => name === 'bob')
    assert.is(alice?.passwordHash?.reveal(), HASH)
    assert.equal(
      alice?.authorizedKeys.map(({ restrict }) => restrict),
      [false, true],
    )
    assert.equal([alice?.sudo, bob?.sudo], ['password', 'none'])
    assert.equal(bob?.authorizedKeys[0]?.from, ['192.0.2.0/24'])
    assert.equal(
      [spec?.ssh.enabled, spec?.ssh.port, spec?.ssh.passwordAuthentication, spec?.ssh.settings.ClientAliveInterval],
      [true, 2222, false, '120'],
    )
    assert.equal(spec?.ssh.allowUsers, ['alice', 'bob'])
    assert.equal(
      [spec?.device.hostname, spec?.device.timezone, spec?.device.locale, spec?.device.keyboard],
      ['kit-07', 'Europe/Vienna', 'en_GB.UTF-8', 'gb'],
    )
    assert.equal([spec?.network.wifi?.country, spec?.network.wifi?.networks[0]?.ssid], ['AT', 'kit'])
    assert.equal(spec?.firewall.rules, fullSpec().firewall.rules)
    // It is a spec for an image of the same kind.
    const again = samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })
    const errors = compiled(sound(text, secretsOf(ofImage(target))), again).problems.filter(
      ({ severity }) => severity === 'error',
    )
    assert.equal(errors, [])
  })
}

test('a stock image: nobody can log in, so the owner is who runs this; its seeds are read', () => {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  assert.equal(
    ofImage(target).spec?.users.map(({ name }) => name),
    ['owner'],
  )
  write(target.boot, '/custom.toml', foreign('custom-plain-password.toml').text)
  const { spec, leaves } = ofImage(target)
  assert.equal(
    spec?.users.map(({ name }) => name),
    ['alice'],
  )
  assert.ok(leaves.some(({ fact }) => fact.at.file === 'boot:/custom.toml' && fact.at.line === 4))
})

test('an image: who becomes root is what sudo decides, and sshd starts when its unit does; names are no patterns', () => {
  const target = samplePiOs({ behaviour: 'bookworm-2025', variant: 'lite', architecture: 'arm64' })
  const has = (path: string) => new TextDecoder().decode(target.root.read(path))
  const names = ['eve', 'mal', 'o(x']
  write(
    target.root,
    '/etc/passwd',
    `${has('/etc/passwd')}${names.map((name, i) => `${name}:x:${1005 + i}:1000::/home/${name}:/bin/bash\n`).join('')}`,
  )
  write(
    target.root,
    '/etc/shadow',
    `${has('/etc/shadow')}${names.map((name) => `${name}:${HASH}:19000:0:99999:7:::\n`).join('')}`,
  )
  write(target.root, '/etc/sudoers.d/kit', 'User_Alias KIT = eve\nKIT ALL=(ALL) NOPASSWD: ALL\nmal ALL=(ALL) ALL\n')
  const { nodes } = target.root
  const unit = { kind: 'symlink', target: '/usr/lib/systemd/system/ssh.service', uid: 0, gid: 0 } as const
  nodes.set('/etc/systemd/system/multi-user.target.wants/ssh.service', unit)
  const said = () => imageFindings(target, 'bookworm', () => HASHED).flatMap(({ facts }) => facts)
  const sudo = said().flatMap(({ path: [first, item, key], value }) =>
    first === 'users' && key === 'sudo' && typeof item === 'object' ? [`${item.value} ${value}`] : [],
  )
  assert.equal(sudo, ['eve nopasswd', 'o(x none'])
  const isOn = () => said().find(({ path }) => path.join() === 'ssh,enabled')?.value
  assert.is(isOn(), true)
  nodes.set('/etc/systemd/system/ssh.service', { ...unit, target: '/dev/null' })
  assert.is(isOn(), false)
})

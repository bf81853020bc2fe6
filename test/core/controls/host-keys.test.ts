import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { newHostKeysFor } from '../../../src/cli/host-keys.ts'
import { knownHostsIn, saveKnownHosts } from '../../../src/cli/known-hosts.ts'
import { finishPlan } from '../../../src/core/compile-for.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { changesOf } from '../../../src/core/plan/changes.ts'
import { showChange, textDiff } from '../../../src/core/plan/diff.ts'
import { explainLines } from '../../../src/core/plan/explain.ts'
import type { FileOperation } from '../../../src/core/plan/operation.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { HOST_KEY_NAMES, type HostKeys, parseHostKey } from '../../../src/device/formats/host-key.ts'
import type { Behaviour } from '../../../src/device/inspect/inventory.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { pathKey } from '../../../src/storage/tree/tree.ts'
import { compiled } from '../../support/plan.ts'
import { type LooseSpec, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('ssh: host keys made beforehand')

const folder = '/etc/pibake/first-boot/host-keys.d'
const regenerate = 'root:/etc/systemd/system/multi-user.target.wants/regenerate_ssh_host_keys.service'

const bakeSpec = (parts: LooseSpec = {}): LooseSpec => ({
  ...smallSpec(),
  device: { hostname: 'kit-07' },
  ssh: { hostKeys: 'bake' },
  ...parts,
})

const sample = (behaviour: Behaviour = 'trixie-2026') =>
  samplePiOs({ behaviour, variant: 'lite', architecture: 'arm64' })

/** The spec held against a target; `hostKeys` as `apply` makes them. */
function finished(text: LooseSpec, target: ReturnType<typeof sample>, hostKeys: HostKeys = {}) {
  return finishPlan(compiled(sound(text), target, { allowBooted: true }), { hostKeys })
}

/** One pair for all tests: RSA takes its time. */
const keys = newHostKeysFor(sound(bakeSpec()).spec, sample().root, {})

function applied(text: LooseSpec, target: ReturnType<typeof sample>, newHostKeys: HostKeys) {
  const result = finished(text, target, newHostKeys)
  applyToMemory(target, result.plan.operations)
  return result
}

const files = (plan: Plan) =>
  plan.operations.filter((one): one is FileOperation => one.kind === 'file' && one.path.startsWith(`${folder}/`))

const fingerprints = (some: HostKeys) => Object.values(some).map(({ publicKey }) => publicKey.fingerprint)

const inTemporary = <T>(work: (folder: string) => T): T => {
  const place = mkdtempSync(join(tmpdir(), 'pibake-host-keys-'))
  try {
    return work(place)
  } finally {
    rmSync(place, { recursive: true })
  }
}

function keygen(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('ssh-keygen', args, { encoding: 'utf8', input: 'text' })
  assert.is(status, 0, stderr)
  return stdout.trim()
}

test('ssh-keygen reads the keys: their type, length, fingerprint, public half and comment', () => {
  inTemporary((place) => {
    for (const [name, bits] of [['ed25519', 256] as const, ['rsa', 3072] as const]) {
      const { privateKey, publicKey } = keys[name] as NonNullable<HostKeys['rsa']>
      const file = join(place, name)
      writeFileSync(file, privateKey.reveal(), { mode: 0o600 })
      assert.is(keygen('-y', '-P', '', '-f', file), `${publicKey.type} ${publicKey.blob} root@kit-07`)
      // Signing shows that the private half belongs to the public one.
      writeFileSync(join(place, 'text'), 'text')
      keygen('-Y', 'sign', '-q', '-n', 'file', '-f', file, join(place, 'text'))
      keygen('-Y', 'check-novalidate', '-q', '-n', 'file', '-s', join(place, 'text.sig'))
      rmSync(join(place, 'text.sig'))
      writeFileSync(`${file}.pub`, `${publicKey.type} ${publicKey.blob}\n`)
      assert.ok(keygen('-l', '-f', `${file}.pub`).startsWith(`${bits} ${publicKey.fingerprint} `))
    }
  })
})

test('a key of ssh-keygen is read; damaged, cut off, locked, old or foreign ones are not', () => {
  inTemporary((place) => {
    const make = (name: string, ...args: string[]) => {
      keygen('-q', '-C', 'root@kit-07', '-f', join(place, name), ...args)
      return readFileSync(join(place, name), 'utf8')
    }
    const good = make('good', '-t', 'ed25519', '-N', '')
    const read = parseHostKey('ed25519', good)
    assert.is(read?.publicKey.comment, 'root@kit-07')
    assert.ok(keygen('-l', '-f', join(place, 'good')).includes(` ${read?.publicKey.fingerprint} `))
    assert.is(parseHostKey('rsa', good), undefined)
    assert.is(parseHostKey('ed25519', make('locked', '-t', 'ed25519', '-N', 'secret')), undefined)
    assert.is(parseHostKey('rsa', make('pem', '-t', 'rsa', '-b', '3072', '-m', 'PEM', '-N', '')), undefined)
    assert.is(parseHostKey('ed25519', make('ecdsa', '-t', 'ecdsa', '-N', '')), undefined)
    const [first = '', ...rest] = good.split('\n')
    const bytes = Buffer.from(rest.slice(0, -2).join(''), 'base64')
    const armoured = (some: Buffer) => `${first}\n${some.toString('base64')}\n${rest.slice(-2).join('\n')}`
    assert.ok(parseHostKey('ed25519', armoured(bytes)))
    for (let end = 0; end < bytes.length; end += 1) {
      assert.is(parseHostKey('ed25519', armoured(bytes.subarray(0, end))), undefined, `cut at ${end}`)
    }
    const changed = Buffer.from(bytes)
    // The public half inside the private part: magic, names, count, blob, check, type, then the point.
    const at = bytes.lastIndexOf('ssh-ed25519') + 11 + 4
    changed.writeUInt8((bytes[at] as number) ^ 1, at)
    assert.is(parseHostKey('ed25519', armoured(changed)), undefined, 'two halves of two keys')
  })
})

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: written for root alone, kept by a second run, and the plan keeps its digest`, () => {
    const target = sample(behaviour)
    const first = finished(bakeSpec(), target, keys)
    assert.equal(
      files(first.plan).map(({ path, mode, owner, secret }) => [path, mode, owner.uid, owner.gid, secret]),
      HOST_KEY_NAMES.map((name) => [`${folder}/ssh_host_${name}_key`, 0o600, 0, 0, true]),
    )
    const changes = changesOf(target, first.plan.operations)
    const enabled = target.root.lstat(regenerate.slice('root:'.length)) !== undefined
    assert.is(
      changes.some(({ operation }) => operation.kind === 'remove' && pathKey(operation) === regenerate),
      enabled,
    )
    applyToMemory(
      target,
      changes.map(({ operation }) => operation),
    )
    const second = finished(bakeSpec(), target)
    assert.equal(fingerprints(second.hostKeys), fingerprints(keys))
    assert.is(second.plan.digest, first.plan.digest)
    assert.equal(changesOf(target, second.plan.operations), [])
    assert.equal(newHostKeysFor(sound(bakeSpec()).spec, target.root, second.hostKeys), {})
  })
}

const DROP_IN = /^root:\/etc\/systemd\/system\/(.*)\.d\/pibake-host-keys\.conf$/

/** The units of an image that make host keys themselves: our drop-ins are for these and no others. */
const makersIn = (root: MemoryTree) =>
  root
    .list('/usr/lib/systemd/system')
    .filter((unit) => /^(?:sshd-keygen|regenerate_ssh_host_keys|ssh-hostkeys-generate)\.service$/.test(unit))

for (const behaviour of Object.keys(behaviours) as Behaviour[]) {
  test(`${behaviour}: its own units make host keys only where the first start has made none`, () => {
    const target = sample(behaviour)
    const units = makersIn(target.root)
    assert.ok(units.length > 0)
    const dropIns = (parts: LooseSpec) =>
      finished(bakeSpec(parts), target, keys).plan.operations.flatMap((one) => {
        const unit = DROP_IN.exec(pathKey(one))?.[1]
        return unit === undefined ? [] : [`${one.kind} ${unit}`]
      })
    const sorted = (kind: string) => units.map((unit) => `${kind} ${unit}`).sort()
    for (const hostKeys of ['device', 'bake'])
      assert.equal(dropIns({ ssh: { hostKeys } }).sort(), sorted('file'), hostKeys)
    assert.equal(dropIns({ ssh: { enabled: false } }), [])
    applied(bakeSpec(), target, keys)
    assert.equal(dropIns({ ssh: { enabled: false } }).sort(), sorted('remove'))
  })
}

test('without keys the plan names the same paths, says that keys are made, and has the same digest', () => {
  const paths = (plan: Plan) => plan.operations.map((one) => `${one.kind} ${pathKey(one)}`)
  const [planned, again] = [finished(bakeSpec(), sample()), finished(bakeSpec(), sample())]
  const real = finished(bakeSpec(), sample(), keys)
  assert.equal(paths(planned.plan), paths(real.plan))
  assert.is(planned.plan.digest, again.plan.digest)
  // Whoever reads the digest must not be able to hold guesses of a key against it.
  assert.is(planned.plan.digest, real.plan.digest)
  assert.ok(planned.plan.notes.some(({ message }) => message === 'apply makes the host keys'))
  assert.not.ok(real.plan.notes.some(({ message }) => message === 'apply makes the host keys'))
})

/** What makes the keys of an earlier apply unusable: they are made anew. */
const unusable: Readonly<Record<string, (root: MemoryTree) => void>> = {
  damaged: (root) => root.nodes.set(`${folder}/ssh_host_rsa_key`, plain('-----BEGIN OPENSSH PRIVATE KEY-----\n')),
  missing: (root) => root.nodes.delete(`${folder}/ssh_host_rsa_key`),
  'a link': (root) =>
    root.nodes.set(`${folder}/ssh_host_rsa_key`, { kind: 'symlink', target: '/etc/hosts', uid: 0, gid: 0 }),
}

function plain(text: string) {
  return { kind: 'file', content: new TextEncoder().encode(text), mode: 0o600, uid: 0, gid: 0 } as const
}

for (const [what, spoil] of Object.entries(unusable)) {
  test(`a key that is ${what} is not kept, the other one is`, () => {
    const target = sample()
    applied(bakeSpec(), target, keys)
    spoil(target.root)
    const second = finished(bakeSpec(), target)
    assert.equal(Object.keys(second.hostKeys), ['ed25519'])
    const drift = changesOf(target, second.plan.operations).map(({ operation }) => pathKey(operation))
    assert.ok(drift.includes(`root:${folder}/ssh_host_rsa_key`))
  })
}

test('types that are not wanted: the key goes, and none is made; a longer RSA key has its bits', () => {
  const target = sample()
  applied(bakeSpec(), target, keys)
  const alone = bakeSpec({ ssh: { hostKeys: 'bake', hostKeyTypes: ['ed25519'] } })
  const second = finished(alone, target)
  assert.equal(Object.keys(second.hostKeys), ['ed25519'])
  assert.equal(newHostKeysFor(sound(alone).spec, target.root, {}).rsa, undefined)
  const removed = changesOf(target, second.plan.operations).flatMap(({ operation }) =>
    operation.kind === 'remove' ? [pathKey(operation)] : [],
  )
  assert.equal(
    removed.filter((path) => path.includes('host-keys.d')),
    [`root:${folder}/ssh_host_rsa_key`],
  )
  const long = bakeSpec({ ssh: { hostKeys: 'bake', hostKeyTypes: ['ed25519', 'rsa-4096'] } })
  assert.is(newHostKeysFor(sound(long).spec, target.root, {}).rsa?.publicKey.bits, 4096)
})

test('keys made for another host name are another device’s', () => {
  const target = sample()
  applied(bakeSpec(), target, keys)
  assert.equal(finished(bakeSpec({ device: { hostname: 'kit-08' } }), target).hostKeys, {})
})

test('a device that has been started keeps the keys that it has, whatever it is called', () => {
  const target = sample()
  const { plan } = applied(bakeSpec(), target, keys)
  for (const { path, content } of files(plan)) {
    target.root.nodes.delete(path)
    target.root.nodes.set(path.replace(folder, '/etc/ssh'), plain(new TextDecoder().decode(content)))
  }
  const again = finished(bakeSpec(), target)
  assert.equal(fingerprints(again.hostKeys), fingerprints(keys))
  assert.is(again.plan.digest, plan.digest)
  const renamed = finished(bakeSpec({ device: { hostname: 'kit-08' } }), target)
  assert.equal(fingerprints(renamed.hostKeys), fingerprints(keys))
})

for (const ssh of [{ hostKeys: 'device' }, { enabled: false, hostKeys: 'bake' }]) {
  test(`${JSON.stringify(ssh)} takes the keys of an earlier apply away`, () => {
    const target = sample()
    applied(bakeSpec(), target, keys)
    const later = applied(bakeSpec({ ssh }), target, {})
    assert.equal(later.hostKeys, {})
    assert.equal(files(later.plan), [])
    assert.is(target.root.lstat(folder), undefined)
  })
}

test('no private key is in a diff, an explanation or a document', () => {
  const target = sample()
  const result = finished(bakeSpec(), target, keys)
  const shown = [
    JSON.stringify(
      changesOf(target, result.plan.operations).map((change) => [showChange(change), textDiff(target, change)]),
    ),
    JSON.stringify(files(result.plan).map((file) => explainLines(file))),
    JSON.stringify([result.hostKeys, result.plan.notes, result.verdict]),
  ].join('\n')
  const lines = Object.values(keys).flatMap(({ privateKey }) => privateKey.reveal().split('\n').filter(Boolean))
  assert.ok(lines.length > 40)
  assert.equal(
    lines.filter((line) => shown.includes(line)),
    [],
  )
})

test('known_hosts: other lines, owner, mode and a link stay; the device’s own lines are replaced', () => {
  inTemporary((place) => {
    const [file, real] = [join(place, 'known_hosts'), join(place, 'dotfiles/known_hosts')]
    mkdirSync(join(place, 'dotfiles'))
    const other = 'example.org ssh-ed25519 AAAA\n# a comment\n|1|abc= ssh-rsa AAAA\n'
    writeFileSync(real, `kit-07.local,[kit-07.local]:2222 ssh-ed25519 OLD\n${other}`)
    chmodSync(real, 0o640)
    symlinkSync('dotfiles/known_hosts', file)
    const { spec } = sound(bakeSpec({ ssh: { port: 2222, hostKeys: 'bake' } }))
    const known = knownHostsIn(place, spec, sample().root, file)
    saveKnownHosts(known, keys)
    const text = readFileSync(real, 'utf8')
    assert.ok(text.startsWith(other))
    assert.not.match(text, 'OLD')
    assert.ok(lstatSync(file).isSymbolicLink())
    assert.is(statSync(real).mode & 0o777, 0o640)
    for (const name of ['kit-07.local', '[kit-07.local]:2222']) {
      const listed = keygen('-l', '-F', name, '-f', file)
      for (const fingerprint of fingerprints(keys)) assert.ok(listed.includes(fingerprint), `${name}: ${listed}`)
    }
    const before = statSync(real)
    saveKnownHosts(known, keys)
    assert.is(statSync(real).ino, before.ino, 'written again')
  })
})

test('known_hosts: beside the spec a link is not followed, and a file that all may write is not added to', () => {
  inTemporary((place) => {
    const { spec } = sound(bakeSpec())
    const known = knownHostsIn(place, spec, sample().root)
    const elsewhere = join(place, 'elsewhere')
    writeFileSync(elsewhere, 'example.org ssh-ed25519 AAAA\n')
    symlinkSync(elsewhere, known.file)
    assert.throws(() => saveKnownHosts(known, keys), /is not believed: it is a link/)
    assert.is(readFileSync(elsewhere, 'utf8'), 'example.org ssh-ed25519 AAAA\n')
    rmSync(known.file)
    writeFileSync(known.file, '')
    chmodSync(known.file, 0o666)
    assert.throws(() => saveKnownHosts(known, keys), /is not believed: other users may write it/)
    chmodSync(known.file, 0o644)
    saveKnownHosts(known, keys)
    assert.match(readFileSync(known.file, 'utf8'), 'ssh-ed25519')
  })
})

test('known_hosts: a name from the image cannot put other hosts into the file', () => {
  for (const name of ['*', 'a,*', '* ssh-rsa AAAA\n*', '!x', '@cert-authority *', '']) {
    const target = sample()
    target.root.nodes.set('/etc/hostname', plain(`${name}\n`))
    const { spec } = sound({ ...bakeSpec(), device: {} })
    assert.equal(knownHostsIn('.', spec, target.root), {
      file: 'raspberrypi.known_hosts',
      isNamed: false,
      address: 'raspberrypi.local',
      port: 22,
    })
  }
})

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import * as assert from 'uvu/assert'
import { secretPathsOf } from '../../src/write/fleet/layout.ts'
import { pibake, program } from '../support/cli.ts'
import { MAKE, make, prepared, rowsOf, SPEC, writeInventory } from '../support/fleet.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { digestsBelow } from '../write/bake/support/digests.ts'

const test = suite('CLI: fleet, sealed secrets')

/** Keys of RSA take long to make. */
const QUICK = SPEC.replace('hostKeys: bake', 'hostKeys: bake, hostKeyTypes: [ed25519]')

async function begun(work: string, count: number): Promise<void> {
  await prepared(work, count)
  writeFileSync(join(work, 'pibake.yaml'), QUICK, { mode: 0o600 })
}

/** Somebody whose identity is in a file `NAME.key`. */
async function person(work: string, name: string): Promise<string> {
  const identity = await generateIdentity()
  writeFileSync(join(work, `${name}.key`), `${identity}\n`, { mode: 0o600 })
  return identityToRecipient(identity)
}

/** What age finds in a sealed file: the document of the secrets. */
function opened(work: string, key: string, file: string) {
  const { status, stdout, stderr } = spawnSync('age', ['-d', '-i', key, file], { cwd: work, encoding: 'utf8' })
  assert.is(status, 0, stderr)
  return JSON.parse(stdout)
}

/** The files of secrets, by their names. */
const secretsIn = (work: string, out = 'out') => digestsBelow(join(work, out, 'secrets'))
const namesIn = (work: string, out = 'out') => readdirSync(join(work, out, 'secrets')).sort()
/** The public halves, as the records have them. */
const publicKeys = (work: string, out = 'out'): string => readFileSync(join(work, out, 'known_hosts'), 'utf8')

/** Whether one of the files below a folder holds the text. */
const holds = (folder: string, text: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((name) => {
    const file = join(folder, name)
    return statSync(file).isFile() && !/^devices/.test(name) && readFileSync(file).includes(text)
  })

test('each recipient opens the host keys of each device; nothing lies there as it is, and a second run writes nothing', () =>
  inWorkdir(async (work) => {
    await begun(work, 2)
    const [alice, bob] = [await person(work, 'alice'), await person(work, 'bob')]
    writeFileSync(join(work, 'office.txt'), `# the office\n${bob}\n`)
    const sealTo = ['--seal-to', alice, '--seal-to', 'office.txt']
    const first = make(work, 'out', ...sealTo)
    assert.is(first.code, 0, first.stderr)
    assert.equal(namesIn(work), ['kit-1.json.age', 'kit-2.json.age'])
    assert.is(statSync(join(work, 'out/secrets/kit-1.json.age')).mode & 0o777, 0o600)
    for (const name of ['alice', 'bob']) {
      const { schema, id, hostKeys } = opened(work, `${name}.key`, 'out/secrets/kit-2.json.age')
      assert.equal([schema, id], ['pibake.fleet-secrets/1', 'kit-2'])
      writeFileSync(join(work, 'key'), hostKeys.ed25519, { mode: 0o600 })
      const { stdout } = spawnSync('ssh-keygen', ['-y', '-f', join(work, 'key')], { encoding: 'utf8' })
      assert.ok(publicKeys(work).includes(stdout.split(' ').slice(0, 2).join(' ')), stdout)
    }
    assert.not(holds(join(work, 'out'), 'PRIVATE KEY'))
    const before = digestsBelow(join(work, 'out'))
    assert.is(make(work, 'out', ...sealTo).code, 0)
    assert.is(make(work, 'out').code, 0)
    assert.equal(digestsBelow(join(work, 'out')), before)
  }))

test('a device that is made again keeps its sealed host keys by --identity, and is not made without it', () =>
  inWorkdir(async (work) => {
    await begun(work, 2)
    const alice = await person(work, 'alice')
    await person(work, 'bob')
    assert.is(make(work, 'out', '--seal-to', alice).code, 0)
    const [before, keys] = [digestsBelow(join(work, 'out')), publicKeys(work)]
    const [one, two] = rowsOf(2) as [ReturnType<typeof rowsOf>[0], ReturnType<typeof rowsOf>[0]]
    writeInventory(work, [one, { ...two, note: 'issue' }])
    const refused = make(work, 'out', '--seal-to', alice)
    assert.is(refused.code, 1)
    assert.match(refused.stderr, /^kit-2 failed \(1\):\n {2}pibake: out\/secrets\/kit-2\.json\.age has the host keys/m)
    assert.match(refused.stderr, 'hint: --identity FILE opens it; remove it for new host keys')
    const stranger = make(work, 'out', '--seal-to', alice, '--identity', 'bob.key')
    assert.equal([stranger.code, /kit-2\.json\.age is not opened by bob\.key/.test(stranger.stderr)], [1, true])
    for (const name of ['devices/kit-2.overlay.tar', 'records/kit-2.json', 'secrets/kit-2.json.age'])
      assert.is(digestsBelow(join(work, 'out'))[name], before[name], name)

    const again = make(work, 'out', '--identity', 'alice.key')
    assert.is(again.code, 0, again.stderr)
    const after = digestsBelow(join(work, 'out'))
    assert.is.not(after['devices/kit-2.overlay.tar'], before['devices/kit-2.overlay.tar'])
    assert.is(after['secrets/kit-2.json.age'], before['secrets/kit-2.json.age'])
    assert.is(publicKeys(work), keys)

    // A new key goes to a sealed file, or nowhere.
    writeFileSync(join(work, 'pibake.yaml'), SPEC)
    writeInventory(work, [one])
    const open = make(work, 'out', '--identity', 'alice.key')
    assert.equal([open.code, /kit-1\.json\.age is sealed, and the device has new/.test(open.stderr)], [1, true])
    assert.equal(namesIn(work), ['kit-1.json.age', 'kit-2.json.age'])
    assert.is(make(work, 'out', '--identity', 'alice.key', '--seal-to', alice).code, 0)
    assert.equal(Object.keys(opened(work, 'alice.key', 'out/secrets/kit-1.json.age').hostKeys), ['ed25519', 'rsa'])
  }))

test('what lies there as it is is sealed, of devices that are made already too, with the same keys', () =>
  inWorkdir(async (work) => {
    await begun(work, 2)
    const alice = await person(work, 'alice')
    assert.is(make(work, 'out').code, 0)
    const keys = publicKeys(work)
    const plain = JSON.parse(readFileSync(join(work, 'out/secrets/kit-1.json'), 'utf8'))
    rmSync(join(work, 'out/records/kit-2.json'))
    assert.is(make(work, 'out', '--seal-to', alice).code, 0)
    assert.equal(namesIn(work), ['kit-1.json.age', 'kit-2.json.age'])
    assert.equal(opened(work, 'alice.key', 'out/secrets/kit-1.json.age'), plain)
    assert.is(publicKeys(work), keys)
  }))

test('what was sealed when a run was killed: in its place if the device was made, else made anew without an identity', () =>
  inWorkdir(async (work) => {
    await begun(work, 2)
    const alice = await person(work, 'alice')
    const sealTo = ['--seal-to', alice]
    assert.is(make(work, 'out', ...sealTo).code, 0)
    const before = secretsIn(work)
    const pathOf = (id: string) => secretPathsOf(join(work, 'out'), id)
    for (const id of ['kit-1', 'kit-2']) renameSync(pathOf(id).sealed, pathOf(id).pending)
    rmSync(join(work, 'out/records/kit-2.json'))
    assert.is(make(work, 'out', ...sealTo).code, 0)
    assert.equal(namesIn(work), ['kit-1.json.age', 'kit-2.json.age'])
    assert.is(secretsIn(work)['kit-1.json.age'], before['kit-1.json.age'])
    assert.is.not(secretsIn(work)['kit-2.json.age'], before['kit-2.json.age'])

    const began = performance.now()
    assert.is(make(work, 'whole', ...sealTo).code, 0)
    const duration = performance.now() - began
    for (const part of [0.5, 0.85]) {
      rmSync(join(work, 'out'), { recursive: true })
      const child = spawn(process.execPath, [program, ...MAKE, '-o', 'out', ...sealTo], { cwd: work, stdio: 'ignore' })
      const ended = once(child, 'exit')
      await sleep(duration * part)
      child.kill('SIGKILL')
      await ended
      const again = make(work, 'out', ...sealTo)
      assert.is(again.code, 0, again.stderr)
      assert.equal(namesIn(work), ['kit-1.json.age', 'kit-2.json.age'])
      for (const id of ['kit-1', 'kit-2']) {
        const { publicKey } = JSON.parse(readFileSync(join(work, `out/records/${id}.json`), 'utf8')).made.hostKeys[0]
        const { hostKeys } = opened(work, 'alice.key', `out/secrets/${id}.json.age`)
        writeFileSync(join(work, 'key'), hostKeys.ed25519, { mode: 0o600 })
        const { stdout } = spawnSync('ssh-keygen', ['-y', '-f', join(work, 'key')], { encoding: 'utf8' })
        assert.is(stdout.split(' ')[1], publicKey.split(' ')[1])
      }
    }
  }))

test('a bad recipient, or an identity that is none, is refused before anything is written', () =>
  inWorkdir(async (work) => {
    await begun(work, 1)
    const alice = await person(work, 'alice')
    writeFileSync(join(work, 'office.txt'), `${alice}\nage1typo\n`)
    const refusals: readonly [readonly string[], RegExp][] = [
      [['--seal-to', 'office.txt'], /^office\.txt:2:1 error FLT009 this is not a recipient of age$/m],
      [['--seal-to', alice, '--seal-to', 'age1typo'], /^--seal-to:2:1 error FLT009 this is not/m],
      [['--seal-to', 'alice.key'], /^alice\.key:1:1 error FLT009 this is a PRIVATE key$/m],
      [['--seal-to', 'missing.txt'], /^missing\.txt:1:1 error FLT009 the recipients cannot be read: no such file$/m],
    ]
    for (const [words, message] of refusals) {
      const { code, stderr } = make(work, 'out', ...words)
      assert.is(code, 2, words.join(' '))
      assert.match(stderr, message)
    }
    const identity = make(work, 'out', '--identity', 'office.txt')
    assert.equal([identity.code, /office\.txt has no identity of age/.test(identity.stderr)], [1, true])
    for (const flag of ['--seal-to', '--identity']) {
      const { code, stderr } = pibake([...MAKE, '--only', 'kit-1', flag, 'alice.key'], { cwd: work })
      assert.equal([code, stderr.includes(`${flag} is for what is made: -o DIR`)], [2, true], stderr)
    }
    assert.not(existsSync(join(work, 'out')))
  }))

test('gc names the sealed secrets of devices that went', () =>
  inWorkdir(async (work) => {
    await begun(work, 2)
    assert.is(make(work, 'out', '--seal-to', await person(work, 'alice')).code, 0)
    writeInventory(work, rowsOf(1))
    const { stdout } = pibake(['fleet', 'gc', 'out', '--inventory', 'kits.csv', '--json'], { cwd: work })
    assert.equal(
      JSON.parse(stdout).files.map(({ file }: { file: string }) => file),
      ['devices/kit-2.overlay.tar', 'records/kit-2.json', 'secrets/kit-2.json.age'],
    )
  }))

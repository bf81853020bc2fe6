import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import * as assert from 'uvu/assert'
import { type Recipients, readRecipients } from '../../../src/write/seal/recipients.ts'
import { assertIdentity, seal, unseal } from '../../../src/write/seal/seal.ts'
import { KEYS } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('sealing')

/** What a command line and the files of one folder say. */
const recipientsOf = (files: Readonly<Record<string, string>>, ...given: readonly string[]): Promise<Recipients> =>
  readRecipients(given, '--seal-to', (file) => {
    const text = files[file]
    return text === undefined ? { failure: 'no such file' } : { bytes: Buffer.from(text), readByAll: true }
  })

async function newIdentity(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateIdentity()
  return { identity, recipient: await identityToRecipient(identity) }
}

function sshKey(work: string, type: string, ...more: readonly string[]): string {
  const file = join(work, type)
  const made = spawnSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'alice@laptop', ...more, '-f', file])
  assert.is(made.status, 0, made.stderr.toString())
  return file
}

const age = (args: readonly string[], input: Uint8Array | string) => spawnSync('age', args, { input }).stdout

test('recipients are named themselves or in files, comments and empty lines between them; each counts once', async () => {
  const [a, b] = [await newIdentity(), await newIdentity()]
  const list = `# of the office\n\n${a.recipient}\r\n  ${KEYS.alice} \n`
  const { recipients, problems } = await recipientsOf({ 'office.txt': list }, b.recipient, 'office.txt', a.recipient)
  assert.equal(problems, [])
  assert.equal(recipients, [b.recipient, a.recipient, KEYS.alice.split(' ').slice(0, 2).join(' ')])
})

test('what cannot be sealed to is refused with its place, and nothing of it is repeated', async () => {
  const { identity, recipient } = await newIdentity()
  const broken = `${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`
  const ecdsa = `ecdsa-sha2-nistp256 ${Buffer.from('x').toString('base64')}`
  const files = {
    'list.txt': `${recipient}\n\nage1typo\nsomething else\n`,
    'none.txt': '# nobody\n',
    'key.txt': `# public key: ${recipient}\n${identity}\n`,
    id_ed25519: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
  }
  const given = [broken, 'list.txt', 'none.txt', 'key.txt', 'id_ed25519', 'missing.txt', identity, ecdsa]
  const { recipients, problems } = await recipientsOf(files, ...given, 'age1yubikey1qqq', 'ssh-ed25519 AAAA')
  assert.equal(recipients, [recipient])
  assert.equal(
    problems.map(({ code, position, message }) => `${position?.file}:${position?.line} ${code} ${message}`),
    [
      '--seal-to:1 FLT009 this is not a recipient of age',
      'list.txt:3 FLT009 this is not a recipient of age',
      'list.txt:4 FLT009 this is not a recipient of age',
      'none.txt:1 FLT009 the file has no recipients',
      'key.txt:1 FLT009 this is a PRIVATE key',
      'id_ed25519:1 FLT009 this is a PRIVATE key',
      'missing.txt:1 FLT009 the recipients cannot be read: no such file',
      '--seal-to:7 FLT009 this is a PRIVATE key',
      '--seal-to:8 FLT009 the recipient says ecdsa-sha2-nistp256 but holds another kind of key, or only a part of one',
      '--seal-to:9 FLT009 this is not a recipient of age',
      '--seal-to:10 FLT009 the recipient says ssh-ed25519 but holds another kind of key, or only a part of one',
    ],
  )
  assert.not(JSON.stringify(problems).includes(identity.slice(20, 40)))
})

test('the program age opens what was sealed, and what it has sealed is opened: each recipient, nobody else', () =>
  inWorkdir(async (work) => {
    const [a, b, other] = [await newIdentity(), await newIdentity(), await newIdentity()]
    const file = (name: string, text: string) => {
      writeFileSync(join(work, name), text, { mode: 0o600 })
      return join(work, name)
    }
    const sealed = await seal('a secret\n', [a.recipient, b.recipient])
    assert.not(Buffer.from(sealed).includes('secret'))
    for (const [name, one] of Object.entries({ a, b })) {
      const identity = file(name, `# made by a test\n${one.identity}\n`)
      assertIdentity(identity)
      assert.is(age(['-d', '-i', identity], sealed).toString(), 'a secret\n')
      assert.is(await unseal(sealed, identity, 'kit-1'), 'a secret\n')
      assert.is(await unseal(age(['-r', one.recipient], 'hello'), identity, 'kit-1'), 'hello')
    }
    const stranger = file('other', `${other.identity}\n`)
    const refused = await unseal(sealed, stranger, 'kit-1').catch((error: Error) => error)
    assert.is((refused as Error).message, `kit-1 is not opened by ${stranger}`)
    assert.throws(() => assertIdentity(file('none', 'age1xyz\n')), /has no identity of age/)
    assert.throws(() => assertIdentity(join(work, 'missing')), /cannot be read/)
    const again = await seal('a secret\n', [a.recipient])
    assert.not(Buffer.from(again).equals(Buffer.from(await seal('a secret\n', [a.recipient]))))
  }))

test('keys of SSH by the program age, beside recipients of age; without it, it is said what is missing', () =>
  inWorkdir(async (work) => {
    const { identity, recipient } = await newIdentity()
    const keys = [sshKey(work, 'ed25519'), sshKey(work, 'rsa', '-b', '3072')]
    const publics = keys.map((key) => readFileSync(`${key}.pub`, 'utf8'))
    const { recipients, problems } = await recipientsOf({ all: publics.join('') }, 'all', recipient)
    assert.equal(problems, [])
    const sealed = await seal('a secret\n', recipients)
    writeFileSync(join(work, 'identity'), identity)
    for (const key of [...keys, join(work, 'identity')]) assert.is(await unseal(sealed, key, 'kit-1'), 'a secret\n')
    const stranger = join(work, 'stranger')
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', stranger])
    const refused = await unseal(sealed, stranger, 'kit-1').catch((error: Error) => error)
    assert.match((refused as Error).message, /^kit-1 is not opened by .*stranger: age: /)

    const { PATH } = process.env
    try {
      process.env.PATH = work
      const missing = await seal('a secret\n', recipients).catch((error: Error) => error)
      assert.match((missing as Error).message, 'keys of SSH need the program age, which is not there')
      assert.ok((await seal('a secret\n', [recipient])).length > 0)
    } finally {
      process.env.PATH = PATH
    }
  }))

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { OutputError } from '../../../src/write/emit/errors.ts'
import { assertCanSign, signFile } from '../../../src/write/emit/sign.ts'
import { patient } from '../../runner/patience.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'

const test = suite('sign')

function newKey(work: string, name: string, passphrase = ''): string {
  const key = join(work, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'alice', '-f', key])
  return key
}

function verifies(work: string, key: string, file: string, namespace = 'file'): boolean {
  const signers = join(work, 'allowed_signers')
  writeFileSync(signers, `alice ${readFileSync(`${key}.pub`, 'utf8')}`)
  const args = ['-Y', 'verify', '-f', signers, '-I', 'alice', '-n', namespace, '-s', `${file}.sig`]
  return spawnSync('ssh-keygen', args, { input: readFileSync(file) }).status === 0
}

const failure = (promise: Promise<unknown>): Promise<OutputError> =>
  promise.then(
    () => assert.unreachable('nothing was thrown'),
    (error: unknown) => {
      assert.instance(error, OutputError)
      return error
    },
  ) as Promise<OutputError>

test('ssh-keygen verifies the signature, in its namespace, and no longer when the file changes', () =>
  inWorkdir(async (work) => {
    const key = newKey(work, 'key')
    const file = join(work, 'SHA256SUMS')
    writeFileSync(file, 'a list\n')
    await assertCanSign({ key, interactive: false })
    assert.is(await signFile(file, { key, interactive: false }), `${file}.sig`)
    assert.ok(verifies(work, key, file))
    assert.not.ok(verifies(work, key, file, 'git'))
    assert.is(lstatSync(`${file}.sig`).mode & 0o777, 0o644)

    const first = readFileSync(`${file}.sig`)
    await signFile(file, { key, interactive: false })
    assert.ok(first.equals(readFileSync(`${file}.sig`)), 'an Ed25519 signature is the same each time')
    writeFileSync(file, 'another list\n')
    assert.not.ok(verifies(work, key, file))
  }))

test('a passphrase that cannot be asked for, no key, a wrong key: told, and nothing is left', () =>
  inWorkdir(async (work) => {
    const file = join(work, 'SHA256SUMS')
    writeFileSync(file, 'a list\n')
    const locked = newKey(work, 'locked', 'secret')
    await assertCanSign({ key: locked, interactive: false })
    const { message, hint } = await failure(signFile(file, { key: locked, interactive: false }))
    assert.match(message, /could not be signed with .*passphrase/)
    assert.match(hint ?? '', 'ssh-add')

    const wrong = join(work, 'wrong')
    writeFileSync(wrong, 'no key\n', { mode: 0o600 })
    for (const key of [wrong, join(work, 'none')]) {
      assert.match((await failure(assertCanSign({ key, interactive: false }))).message, key)
      assert.match((await failure(signFile(file, { key, interactive: false }))).message, key)
    }
    assert.not.ok(existsSync(`${file}.sig`))
  }))

test('a key that an agent holds signs by its public half', () =>
  inWorkdir(async (work) => {
    const key = newKey(work, 'key')
    const file = join(work, 'SHA256SUMS')
    writeFileSync(file, 'a list\n')
    const socket = join(work, 'agent')
    const started = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' })
    const before = process.env.SSH_AUTH_SOCK
    process.env.SSH_AUTH_SOCK = socket
    try {
      execFileSync('ssh-add', ['-q', key])
      renameSync(key, `${key}.away`)
      await signFile(file, { key: `${key}.pub`, interactive: false })
      assert.ok(verifies(work, key, file))
    } finally {
      if (before === undefined) delete process.env.SSH_AUTH_SOCK
      else process.env.SSH_AUTH_SOCK = before
      process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]))
    }
  }))

test('on a terminal the passphrase is asked for there', () =>
  inWorkdir((work) => {
    const key = newKey(work, 'locked', 'sesame')
    const file = join(work, 'SHA256SUMS')
    writeFileSync(file, 'a list\n')
    const child = new URL('../../support/sign-child.js', import.meta.url).pathname
    const answer = `(sleep 1; echo sesame) | script -qec '${process.execPath} ${child} ${key} ${file}' /dev/null`
    const ran = spawnSync('sh', ['-c', answer], { encoding: 'utf8', timeout: patient(20) * 1000 })
    assert.match(ran.stdout, /passphrase/)
    assert.ok(verifies(work, key, file), ran.stdout)
  }))

test('without ssh-keygen: told what is missing', () =>
  inWorkdir(async (work) => {
    const key = newKey(work, 'key')
    const path = process.env.PATH
    process.env.PATH = work
    try {
      const { message, hint } = await failure(assertCanSign({ key, interactive: false }))
      assert.match(message, /needs ssh-keygen/)
      assert.match(hint ?? '', 'openssh-client')
    } finally {
      process.env.PATH = path
    }
  }))

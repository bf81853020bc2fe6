import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { loadSpec } from '../../src/cli/load-spec.ts'
import { judgeCryptHash } from '../../src/device/formats/crypt-hash.ts'
import { pibake, program } from '../support/cli.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: check, init, hash-password, explain CODE, schema, completion')
const SOUND = `version: 1\nusers: [{ name: alice, passwordHash: ${HASH}, authorizedKeys: ['${KEYS.alice}'] }]\n`

test('check: 0 for a sound spec, 2 for an invalid one, 5 for a lock-out, 2 when both', () =>
  inWorkdir((folder) => {
    const file = join(folder, 'pibake.yaml')
    const checked = (text: string, ...flags: string[]) => {
      writeFileSync(file, text, { mode: 0o600 })
      return pibake(['check', file, ...flags])
    }
    assert.equal(checked(SOUND).code, 0)
    assert.equal(checked(`${SOUND}prot: 1\n`).code, 2)
    assert.equal(checked('version: 1\n').code, 5)
    assert.equal(checked('version: 1\nprot: 1\n').code, 2)
    assert.equal(pibake(['check', join(folder, 'none.yaml')]).code, 2)
    assert.equal(pibake(['check']).code, 2)
    assert.equal(pibake(['check', file, file]).code, 2)

    const text = checked(`${SOUND}ssh: { allowUsers: [alice, bob] }\n`)
    assert.is(text.stdout, '')
    assert.match(text.stderr, `${file}:3:28 error SSH004 ssh.allowUsers names 'bob', who is not in users\n  hint: `)

    const json = checked(`${SOUND}ssh: { allowUsers: [alice, bob] }\n`, '--json')
    assert.is(json.stderr, '')
    const { schema, sound, problems } = JSON.parse(json.stdout)
    assert.equal([schema, sound, problems.length], ['pibake.check/1', false, 1])
    const { code, key, line, column, lockout } = problems[0]
    assert.equal(
      { code, key, line, column, lockout },
      { code: 'SSH004', key: 'ssh.allowUsers[1]', line: 3, column: 28, lockout: false },
    )
  }))

test('check: the end of an account is judged by SOURCE_DATE_EPOCH', () =>
  inWorkdir((folder) => {
    const file = join(folder, 'pibake.yaml')
    writeFileSync(file, SOUND.replace('name: alice', 'name: alice, expires: 2030-01-01'))
    const at = (day: string) => ({ env: { SOURCE_DATE_EPOCH: String(Date.parse(day) / 1000) } })
    assert.is(pibake(['check', file], at('2029-12-31')).code, 0)
    assert.is(pibake(['check', file], at('2030-01-02')).code, 5)
  }))

test('hash-password: one line of standard input; crypt(3) takes the result', () => {
  const { code, stdout, stderr } = pibake(['hash-password', '--rounds', '5000'], { input: 'correct horse\nmore\n' })
  assert.equal([code, stderr], [0, ''])
  const hash = stdout.trimEnd()
  assert.is(judgeCryptHash(hash), undefined)
  const perl = spawnSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', 'correct horse', hash], { encoding: 'utf8' })
  assert.is(perl.stdout, hash)
  const again = pibake(['hash-password', '--rounds', '5000'], { input: 'correct horse' }).stdout.trimEnd()
  assert.is.not(again, hash, 'a new salt each time')
})

test('hash-password: empty, too long and unusable passwords are refused, and not repeated', () => {
  for (const input of ['', '\n', `${'x'.repeat(512)}\n`, 'tab\there\n']) {
    const { code, stdout, stderr } = pibake(['hash-password'], { input })
    assert.equal([code, stdout], [2, ''])
    assert.match(stderr, 'the password')
    assert.not.match(stderr, /xxxx|here/)
  }
  assert.is(pibake(['hash-password', '--rounds', '10'], { input: 'x\n' }).code, 2)
})

test('hash-password: what is tried first is taken by force only', () => {
  for (const [password, user, reason] of [
    ['a', undefined, /fewer than 8 characters/],
    ['Raspberry', undefined, /commonest/],
    ['zzzzzzzzzz', undefined, /one character/],
    ['marianne', 'marianne', /the user's name/],
    ['Marianne1!', 'marianne', /the user's name/],
  ] as const) {
    const words = ['hash-password', '--rounds', '5000', ...(user === undefined ? [] : ['--user', user])]
    const { code, stdout, stderr } = pibake(words, { input: `${password}\n` })
    assert.equal([code, stdout], [2, ''])
    assert.match(stderr, reason)
    assert.match(stderr, '--force')
    assert.is(pibake([...words, '--force'], { input: `${password}\n` }).code, 0)
  }
  assert.is(pibake(['hash-password', '--rounds', '5000', '--user', 'anna'], { input: 'savannah river' }).code, 0)
})

test('hash-password: on a terminal it asks twice and shows nothing', async () => {
  const same = await onTerminal(
    ['hash-password', '--rounds', '5000'],
    ['Password: ', 's3cret-word\r', 'Once more: ', 's3cret-word\r'],
  )
  assert.is(same.code, 0)
  assert.not.match(same.screen, 's3cret')
  assert.match(same.screen, '$6$rounds=5000$')
  const other = await onTerminal(['hash-password'], ['Password: ', 's3cret-word\r', 'Once more: ', 's3cret-wor\r'])
  assert.is(other.code, 2)
  assert.match(other.screen, 'differ')
  const broken = await onTerminal(['hash-password'], ['Password: ', '\u0003'])
  assert.is(broken.code, 130)
})

test('init --yes: a spec that only lacks the password, with the key of ~/.ssh', () =>
  inWorkdir((folder) => {
    mkdirSync(join(folder, '.ssh'))
    writeFileSync(join(folder, '.ssh/a.pub'), 'not a key\n')
    writeFileSync(join(folder, '.ssh/id_ed25519.pub'), `${KEYS.alice}\n`)
    const run = (...flags: string[]) => pibake(['init', ...flags], { cwd: folder, env: { HOME: folder } })
    assert.is(run('--yes').code, 0)
    const file = join(folder, 'pibake.yaml')
    assert.is(statSync(file).mode & 0o777, 0o600)
    const { problems, spec } = loadSpec(file)
    assert.equal(
      problems.map(({ code }) => code),
      ['ACC020'],
    )
    assert.is(spec?.users[0]?.authorizedKeys[0]?.blob, KEYS.alice.split(' ')[1])

    const before = readFileSync(file, 'utf8')
    assert.is(run('--yes').code, 2, 'never over a file that is there')
    assert.is(readFileSync(file, 'utf8'), before)
  }))

test('init on a terminal: what was answered makes a sound spec', () =>
  inWorkdir(async (folder) => {
    const key = join(folder, 'my.pub')
    writeFileSync(key, `${KEYS.bob}\n`)
    const file = join(folder, 'new.yaml')
    const { code, screen } = await onTerminal(
      ['init', file],
      [
        'login name',
        'bob\r',
        'Name of the device',
        'kit-1\r',
        'Public key',
        '\r',
        'File of your public key',
        `${key}\r`,
        'Password for sudo',
        's3cret-word\r',
        'Once more',
        's3cret-word\r',
        'Time zone',
        '\r',
        'Language',
        '\r',
        'Keyboard',
        '\r',
        'Wi-Fi',
        '\r',
      ],
      { HOME: folder },
    )
    assert.is(code, 0, screen)
    assert.not.match(screen, 's3cret')
    const { problems, spec } = loadSpec(file)
    assert.equal(problems, [])
    assert.equal([spec?.users[0]?.name, spec?.device.hostname], ['bob', 'kit-1'])
  }))

test('check names the code to ask for, explain prints its page', () =>
  inWorkdir((folder) => {
    const file = join(folder, 'pibake.yaml')
    writeFileSync(file, `${SOUND}ssh: { denyUsers: [carl, carl], allowUsers: [alice, bob] }\n`)
    assert.match(pibake(['check', file]).stderr, 'For more: pibake explain SSH004\n')
    assert.not.match(pibake(['check', file, '--quiet']).stderr, 'explain')

    const page = readFileSync(join(packageRoot, 'docs/errors/SSH004.md'), 'utf8')
    const { code, stdout } = pibake(['explain', 'ssh004'])
    assert.is(code, 0)
    assert.match(stdout, /^SSH004 [a-z-]+\n\n/)
    const json = JSON.parse(pibake(['explain', 'SSH004', '--json']).stdout)
    assert.equal([json.schema, json.code, json.page], ['pibake.code/1', 'SSH004', page])
  }))

test('explain: an unknown code is a usage error; a path still needs a target', () => {
  const unknown = pibake(['explain', 'SHS004'])
  assert.equal([unknown.code, unknown.stdout], [2, ''])
  assert.match(unknown.stderr, 'hint: did you mean SSH004?')
  const spec = pibake(['explain', 'pibake.yaml'])
  assert.is(spec.code, 2)
  assert.match(spec.stderr, 'pibake explain SPEC TARGET PATH')
  const untargeted = pibake(['explain', 'pibake.yaml', '/etc/passwd'])
  assert.is(untargeted.code, 2)
  assert.match(untargeted.stderr, 'a target is missing')
})

test('schema: the shipped file', () => {
  const { code, stdout } = pibake(['schema'])
  assert.is(code, 0)
  assert.is(stdout, readFileSync(join(packageRoot, 'schema/pibake.schema.json'), 'utf8'))
})

test('completion: bash completes commands, flags, words of a flag and of an argument', () => {
  const { stdout: script } = pibake(['completion', 'bash'])
  const completed = (...words: string[]) => {
    const call = 'eval "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pibake; echo "$COMPREPLY"'
    return spawnSync('bash', ['-c', call, script, 'pibake', ...words], {
      encoding: 'utf8',
      cwd: packageRoot,
    }).stdout.trim()
  }
  assert.is(completed('hash'), 'hash-password')
  assert.is(completed('check', '--js'), '--json')
  assert.is(completed('check', '--color', 'al'), 'always')
  assert.is(completed('completion', 'z'), 'zsh')
  assert.is(completed('check', 'tsconfig.t'), 'tsconfig.test.json')
  for (const shell of ['zsh', 'fish']) assert.match(pibake(['completion', shell]).stdout, 'hash-password')
  assert.is(pibake(['completion', 'tcsh']).code, 2)
})

/** Runs the CLI on a terminal of its own: waits for each text to appear, then types the one after it. */
function onTerminal(
  args: readonly string[],
  dialogue: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; screen: string }> {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`)
  // script(1) is in bsdutils, which is Essential on Debian.
  const child = spawn('script', ['-qec', words.join(' '), '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', ...env },
  })
  let screen = ''
  let seen = 0
  const steps = [...dialogue]
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString()
    const at = steps[0] === undefined ? -1 : screen.indexOf(steps[0], seen)
    if (at < 0) return
    seen = at + (steps.shift() as string).length
    child.stdin.write(steps.shift() as string)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, screen }))
  })
}

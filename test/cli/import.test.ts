import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { pibake } from '../support/cli.ts'
import { KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'

const test = suite('CLI: import')
const files = join(packageRoot, 'test/core/import/files')

/** Runs in a folder with copies of the files, whose home has a public key. */
const inFolder = (
  names: readonly string[],
  use: (folder: string, run: (...args: string[]) => ReturnType<typeof pibake>) => void,
) =>
  inWorkdir((folder) => {
    mkdirSync(join(folder, '.ssh'))
    writeFileSync(join(folder, '.ssh/id_ed25519.pub'), `${KEYS.alice}\n`)
    for (const name of names) copyFileSync(join(files, name), join(folder, name))
    use(folder, (...args) => pibake(args, { cwd: folder, env: { HOME: folder } }))
  })
const listOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name !== '.ssh')
    .sort()

test('a spec of 0600 and a file of 0600 for each Wi-Fi password; check takes it', () =>
  inFolder(['custom-plain-password.toml'], (folder, run) => {
    const { code, stdout, stderr } = run('import', 'custom-plain-password.toml')
    assert.equal([code, stdout], [0, ''], stderr)
    assert.match(stderr, /pibake.yaml is written: \d+ values, 0 not taken, and wifi-kit.psk/)
    assert.match(stderr, /^next: pibake check pibake.yaml$/m)
    assert.equal(listOf(folder), ['custom-plain-password.toml', 'pibake.yaml', 'wifi-kit.psk'])
    for (const name of ['pibake.yaml', 'wifi-kit.psk']) assert.is(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.is(readFileSync(join(folder, 'wifi-kit.psk'), 'utf8'), 'plain wifi pass\n')
    const text = readFileSync(join(folder, 'pibake.yaml'), 'utf8')
    assert.not.match(text + stderr, /violet|plain wifi/)
    const hash = /passwordHash: "([^"]+)"/.exec(text)?.[1] ?? ''
    const perl = spawnSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', 'violet kettle 12', hash], {
      encoding: 'utf8',
    })
    assert.is(perl.stdout, hash, 'crypt(3) takes the password')
    assert.is(run('check', 'pibake.yaml').code, 0)
  }))

test('nothing is replaced without --force, the files of passwords neither', () =>
  inFolder(['custom-full.toml'], (folder, run) => {
    writeFileSync(join(folder, 'wifi-kit.psk'), 'mine\n')
    const refused = run('import', 'custom-full.toml')
    assert.is(refused.code, 2)
    assert.match(refused.stderr, 'wifi-kit.psk is there already\n  hint: ')
    assert.not.ok(existsSync(join(folder, 'pibake.yaml')))
    assert.is(readFileSync(join(folder, 'wifi-kit.psk'), 'utf8'), 'mine\n')
    assert.is(run('import', 'custom-full.toml', '--force').code, 0)
    assert.match(readFileSync(join(folder, 'wifi-kit.psk'), 'utf8'), '0123456789abcdef')
    assert.is(run('import', 'custom-full.toml', '-o', 'none/kit.yaml').code, 2)
  }))

test('bad input writes nothing: damaged, unknown, missing, contradicting, too large, not text', () =>
  inFolder(['custom-full.toml', 'user-data-plain.yaml'], (folder, run) => {
    writeFileSync(join(folder, 'bad.toml'), 'config_version = 1\n[user\n')
    writeFileSync(join(folder, 'story.txt'), 'Once upon a time\n')
    writeFileSync(join(folder, 'image.bin'), Buffer.from([0xff, 0xfe, 0]))
    writeFileSync(join(folder, 'large.toml'), 'x'.repeat((1 << 20) + 1))
    const before = listOf(folder)
    for (const [args, message] of [
      [['bad.toml'], /^pibake: bad.toml:\d+:\d+: not TOML/],
      [['story.txt'], /story.txt: not a file that pibake import knows\n {2}hint: --as firstrun\|/],
      [['none.toml'], /cannot read none.toml: no such file/],
      [['.'], /it is a folder/],
      [['image.bin'], /image.bin: not UTF-8 text\n {2}hint: .*--from-image/],
      [['large.toml'], /larger than 1 MiB/],
      [
        ['custom-full.toml', 'user-data-plain.yaml'],
        /custom-full.toml:5 says 'kit-07', user-data-plain.yaml:2 says 'plain'/,
      ],
      [[], /a target is missing|missing/],
      [['custom-full.toml', '--image', 'x.img'], /give files, or an image/],
      [['custom-full.toml', '--as', 'nonsense'], /--as/],
      [['custom-full.toml', '--wifi-country', 'Austria'], /two letters/],
    ] as const) {
      const { code, stdout, stderr } = run('import', ...args)
      assert.equal([code, stdout], [2, ''], `${args}: ${stderr}`)
      assert.match(stderr, message)
      assert.equal(listOf(folder), before)
    }
  }))

test('--json: what was taken, what was not, and why', () =>
  inFolder(['preseed-commands.toml'], (_, run) => {
    const { code, stdout, stderr } = run('import', 'preseed-commands.toml', '--json')
    assert.equal([code, stderr], [0, ''])
    const { schema, file, secrets, taken, left, problems } = JSON.parse(stdout)
    assert.equal([schema, file, secrets, problems], ['pibake.import/1', 'pibake.yaml', [], []])
    assert.equal(taken[0], { key: 'users[0].name', file: 'preseed-commands.toml', line: 4 })
    assert.equal(
      left.map(({ line, what }: { line: number; what: string }) => [line, what]),
      [
        [8, 'Raspberry Pi Connect'],
        [12, 'runcmd.early'],
        [13, 'runcmd.late'],
        [16, 'boot.cmdline_txt'],
      ],
    )
    assert.ok(left.every(({ why }: { why: string }) => why.length > 10))
    assert.not.match(stdout, 's3cret')
  }))

test('standard input, and --as for what content does not show', () =>
  inFolder([], (folder, run) => {
    const input = readFileSync(join(files, 'ufw-show-added.txt'), 'utf8')
    assert.is(pibake(['import', '-'], { cwd: folder, env: { HOME: folder }, input }).code, 0)
    assert.match(readFileSync(join(folder, 'pibake.yaml'), 'utf8'), /- limit 22\/tcp # stdin:2$/m)
    writeFileSync(join(folder, 'lines'), 'MaxSessions 3\n')
    assert.is(run('import', 'lines', '-o', 'a.yaml').code, 2)
    assert.is(run('import', 'lines', '--as', 'sshd-config', '-o', 'a.yaml').code, 0)
  }))

test('a name of a file cannot break out of its comment, or of the terminal', () =>
  inFolder([], (folder, run) => {
    const name = 'a\nusers: []\n\u001b[31m.txt'
    writeFileSync(join(folder, name), readFileSync(join(files, 'userconf.txt')))
    const { code, stderr } = run('import', name)
    assert.is(code, 0)
    assert.not.match(stderr, '\u001b[31m')
    assert.is(run('check', 'pibake.yaml').code, 0)
    assert.match(readFileSync(join(folder, 'pibake.yaml'), 'utf8'), 'a\\u{a}users')
  }))

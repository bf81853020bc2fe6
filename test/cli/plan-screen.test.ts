import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { samplePiOs } from '../../src/sample/sample.ts'
import { patient } from '../runner/patience.ts'
import { pibake, program } from '../support/cli.ts'
import { me, plant } from '../support/plant.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('CLI: the plan on one screen')

const SPEC = `version: 1
users:
  - name: alice
    passwordHash: ${HASH}
    authorizedKeys: ['${KEYS.alice}']
`
const TARGET = ['--boot', 'boot', '--root', 'root']

/** A card's two partitions, mounted in a folder, and a spec beside them. */
function cardIn(folder: string, spec = SPEC): void {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [name, tree] of Object.entries({ boot: image.boot, root: image.root })) {
    mkdirSync(join(folder, name))
    plant(
      join(folder, name),
      [...tree.nodes].map(([at, node]) => [at, { ...node, ...me }]),
    )
  }
  writeFileSync(join(folder, 'pibake.yaml'), spec, { mode: 0o600 })
}

/** Runs on a terminal of a size; what it shows. */
function onScreen(cwd: string, args: readonly string[], options: { columns: number; rows: number; env?: object }) {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ')
  const { status, stdout } = spawnSync(
    'script',
    ['-qec', `stty cols ${options.columns} rows ${options.rows}; ${words}`, '/dev/null'],
    {
      cwd,
      encoding: 'utf8',
      input: '',
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      timeout: patient(60) * 1000,
    },
  )
  return { code: status, lines: stdout.replaceAll('\r', '').trimEnd().split('\n') }
}

test('the smallest spec: on one screen and one stream, by subject, what to do next last', () =>
  inWorkdir((folder) => {
    cardIn(folder)
    const { code, stdout, stderr } = pibake(['plan', 'pibake.yaml', ...TARGET], { cwd: folder })
    assert.equal([code, stderr], [0, ''])
    const lines = stdout.trimEnd().split('\n')
    assert.ok(lines.length <= 60, `${lines.length} lines`)
    assert.match(
      lines[0] as string,
      /^Raspberry Pi OS Lite [\d-]+ \(trixie, arm64\) · pibake\.yaml · profile standard$/,
    )
    const subjects = lines.flatMap((line) => /^ {2}([a-z][a-z0-9 ]*?) {2,}\S/.exec(line)?.[1] ?? [])
    assert.equal(subjects, [
      'accounts',
      'ssh',
      'firewall',
      'fail2ban',
      'updates',
      'hardening',
      'image',
      'first boot',
      'console',
    ])
    assert.match(stdout, /^ {2}accounts +\+ alice, sudo with password +pibake\.yaml:3$/m)
    assert.match(stdout, /^ {14}~ \/etc\/\{.*passwd.*shadow.*\}/m)
    assert.match(stdout, /^ {14}- .*\/etc\/ssh\/sshd_config\.d\/rename_user\.conf/m)
    assert.match(stdout, /^ {2}first boot +\+ installs .*fail2ban.* ufw/m)
    assert.match(stdout, /^ {14}\+ \d+ paths of pibake's own program \(--all\)$/m)
    assert.match(stdout, /^Plan: \d+ to create, 8 to change, 1 to remove\.\n\nYou get in by\n {2}ssh alice@/m)
    assert.match(stdout, /^note: \/home\/pi stays as it is/m)
    assert.not.match(stdout, '/usr/lib/pibake')
    assert.match(
      lines.find((line) => line.startsWith('next: ')) ?? '',
      /pibake apply pibake\.yaml --boot boot --root root$/,
    )

    const onTerminal = onScreen(folder, ['plan', 'pibake.yaml', ...TARGET], { columns: 80, rows: 25 })
    assert.is(onTerminal.code, 0)
    assert.ok(onTerminal.lines.length <= 60, `${onTerminal.lines.length} lines`)
    const wide = onTerminal.lines.filter((line) => line.length > 80 && !/^(?:next|more): | \{?\/|SHA256/.test(line))
    assert.equal(wide, [])
    assert.match(onTerminal.lines.join('\n'), /key SHA256:.{4}….{4} {3}sudo/)
  }))

test('the commands that the plan names work', () =>
  inWorkdir((folder) => {
    cardIn(folder)
    const { stdout } = pibake(['plan', 'pibake.yaml', ...TARGET, '--no-bundle'], { cwd: folder })
    const words = (name: string) =>
      new RegExp(`^${name}: (?:sudo )?pibake (.*)$`, 'm').exec(stdout)?.[1]?.split(' ') ?? []
    const more = pibake(words('more'), { cwd: folder })
    assert.is(more.code, 0, more.stderr)
    assert.match(more.stdout, /^ {4}\+PasswordAuthentication no$/m)
    assert.ok(words('next').includes('--no-bundle'), 'the flags of the plan are those of what follows')
  }))

test('an image: plan leads to a bake or to apply, apply to verify, each with the flags it needs', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'pibake.yaml'), SPEC, { mode: 0o600 })
    makeSampleImage(join(folder, 'base.img'))
    const call = (words: readonly string[]) => pibake(words, { cwd: folder })
    const after = (stdout: string, word: string) =>
      new RegExp(`^${word}: +pibake (.*)$`, 'm').exec(stdout)?.[1]?.split(' ') ?? []
    const planned = call(['plan', 'pibake.yaml', '--image', 'base.img', '--no-bundle'])
    assert.equal(after(planned.stdout, 'next').slice(0, 5), [
      'bake',
      'pibake.yaml',
      'base.img',
      '-o',
      'raspberrypi.img',
    ])
    assert.match(planned.stdout, /^card: (?:sudo )?pibake flash pibake\.yaml base\.img --to \/dev\/sdX --no-bundle$/m)
    const applied = call(after(planned.stdout, 'or'))
    assert.is(applied.code, 0, applied.stderr)
    assert.is(applied.stderr, '')
    assert.match(applied.stdout, /^Applied \d+ changes in \d+\.\d s; all read back\.\n/)
    assert.match(applied.stdout, /^then: (?:sudo )?pibake flash base\.img --to \/dev\/sdX$/m)
    const verified = call(after(applied.stdout, 'next'))
    assert.equal([verified.code, verified.stderr], [0, ''])
    assert.match(verified.stdout, 'No drift: the target is as the spec says')

    writeFileSync(join(folder, 'pibake.yaml'), `${SPEC}ssh: { port: 2222 }\n`, { mode: 0o600 })
    const verify = (...flags: string[]) =>
      call(['verify', 'pibake.yaml', '--image', 'base.img', '--no-bundle', ...flags])
    const { code, stdout, stderr } = verify()
    assert.equal([code, stderr], [4, ''])
    assert.match(stdout, /^ {2}ssh +root:\/etc\/ssh\/sshd_config\.d\/00-pibake\.conf {2}content/m)
    assert.match(stdout, /^ {2}first boot +\d+ paths of pibake's own program \(--all\)$/m)
    assert.match(verify('--all').stdout, 'root:/etc/pibake/first-boot/ssh-port')
    assert.match(verify('--diff').stdout, /^ {8}\+Port 2222$/m)
    assert.is(call(after(stdout, 'then')).code, 0)
    assert.is(verify().code, 0)
  }))

test('--all names every path, --diff shows lines, of one path too; never a secret', () =>
  inWorkdir((folder) => {
    cardIn(folder)
    const plan = (...flags: string[]) => pibake(['plan', 'pibake.yaml', ...TARGET, ...flags], { cwd: folder })
    const { changes } = JSON.parse(plan('--json').stdout) as { changes: { path: string; diff: string | null }[] }
    const all = plan('--all').stdout
    for (const { path } of changes) assert.match(all, ` ${path}  `)
    assert.not.match(all, '@@ ')

    const diffs = plan('--diff').stdout
    assert.match(diffs, /^ {8}\+PermitRootLogin no$/m)
    assert.not.match(diffs, '/usr/lib/pibake')

    const one = plan('--diff', '/etc/ssh/')
    assert.equal([one.code, one.stderr], [0, ''])
    assert.match(one.stdout, /^\+ root:\/etc\/ssh\/sshd_config\.d\/00-pibake\.conf {2}/)
    assert.not.match(one.stdout, 'passwd')
    assert.match(plan('--diff', '/boot/firmware/cmdline.txt').stdout, /^~ boot:\/cmdline\.txt /)
    assert.match(plan('--diff', '/usr/lib/pibake/lib').stdout, 'root:/usr/lib/pibake/lib/apt.sh')

    const shadow = plan('--diff', '/etc/shadow').stdout
    assert.match(shadow, 'content not shown: secret')
    for (const text of [all, diffs, shadow, plan('--verbose').stdout]) assert.not.match(text, HASH.slice(-40))

    const none = plan('--diff', '/etc/nothing')
    assert.equal([none.code, none.stdout], [1, ''])
    assert.match(none.stderr, 'pibake: nothing changes at /etc/nothing\n  hint: --all')
  }))

test('a pager is used on a terminal that is too small, and nowhere else', () =>
  inWorkdir((folder) => {
    cardIn(folder)
    const args = ['plan', 'pibake.yaml', ...TARGET]
    const env = { PAGER: 'false', PIBAKE_PAGER: `sed -n '1s/^/paged: /p'` }
    assert.match(
      onScreen(folder, args, { columns: 100, rows: 20, env }).lines.join('\n'),
      /^paged: Raspberry Pi OS[^\n]*$/,
    )
    assert.match(onScreen(folder, args, { columns: 100, rows: 90, env }).lines[0] as string, /^Raspberry/)
    const missing = onScreen(folder, args, { columns: 100, rows: 20, env: { PIBAKE_PAGER: 'no-such-pager-here' } })
    assert.match(missing.lines.join('\n'), /^Raspberry Pi OS/m)
    assert.match(pibake(args, { cwd: folder, env }).stdout, /^Raspberry/)
  }))

test('names of the image move no cursor', () =>
  inWorkdir((folder) => {
    cardIn(folder, `${SPEC}files: [{ path: "/srv/a\\e[2Jb", content: "x\\e[31m" }]\n`)
    const { stdout, stderr } = pibake(['plan', 'pibake.yaml', ...TARGET, '--all', '--diff'], { cwd: folder })
    assert.not((stdout + stderr).includes('\u001b'))
  }))

test('usage: what is required is named, swapped arguments are seen, and the advice works', () =>
  inWorkdir((folder) => {
    cardIn(folder)
    const call = (...args: string[]) => pibake(args, { cwd: folder })
    const bare = call('bake', 'pibake.yaml')
    assert.is(bare.code, 2)
    assert.match(bare.stderr, '\n  usage: pibake bake SPEC BASE -o OUT [options]\n  hint: pibake bake --help\n')
    assert.match(call('plan', 'pibake.yaml').stderr, 'usage: pibake plan SPEC (--image FILE | --boot DIR --root DIR)')
    for (const [, name] of call('--help').stdout.matchAll(/^ {2}([a-z-]+) /gm)) {
      if (name === 'pibake' || name === 'sudo' || name === 'help') continue
      const help = call(name as string, '--help').stdout
      assert.match(help, `Usage: pibake ${name}`)
      assert.match(help, '\nExamples:\n  ')
    }
    const swapped = call('bake', 'base.img', 'pibake.yaml', '-o', 'out dir/kit.img')
    assert.is(swapped.code, 2)
    assert.match(
      swapped.stderr,
      "pibake: SPEC and BASE are swapped: pibake.yaml is a spec\n  hint: pibake bake pibake.yaml base.img -o 'out dir/kit.img'\n",
    )
    for (const command of ['plan', 'apply', 'verify'])
      assert.match(
        call(command, 'base.img', ...TARGET).stderr,
        'base.img is an image, and the first argument is the spec',
      )
  }))

test('flags without an effect are gone', () =>
  inWorkdir((folder) => {
    cardIn(folder)
    assert.is(pibake(['schema', '--quiet']).code, 2)
    assert.is(pibake(['lock', 'pibake.yaml', ...TARGET, '--no-bundle'], { cwd: folder }).code, 2)
    for (const command of ['check', 'explain', 'hash-password'])
      assert.not.match(pibake([command, '--help']).stdout, '--verbose')
    assert.is(
      pibake(['check', 'pibake.yaml', '--verbose', '--no-input'], { cwd: folder }).code,
      0,
      'scripts may give them',
    )
  }))

test('check: one stream; the line is shown on a terminal alone', () =>
  inWorkdir((folder) => {
    writeFileSync(join(folder, 'pibake.yaml'), SPEC, { mode: 0o600 })
    const sound = pibake(['check', 'pibake.yaml'], { cwd: folder })
    assert.equal([sound.code, sound.stderr], [0, ''])
    assert.match(sound.stdout, /^no problems in pibake\.yaml\nnext: pibake plan pibake\.yaml --image IMAGE/)
    writeFileSync(join(folder, 'bad.yaml'), `${SPEC}ssh:\n  prot: 22\n`, { mode: 0o600 })
    const piped = pibake(['check', 'bad.yaml'], { cwd: folder })
    assert.is(piped.stdout, '')
    assert.not.match(piped.stderr, '^^^^')
    const { lines } = onScreen(folder, ['check', 'bad.yaml'], { columns: 80, rows: 25 })
    assert.equal(lines.slice(0, 4), [
      'bad.yaml:7:3 error SPC002 ssh.prot is not a key of a spec',
      '   7 |   prot: 22',
      '     |   ^^^^',
      '  hint: did you mean port?',
    ])
  }))

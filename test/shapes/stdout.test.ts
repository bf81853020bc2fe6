import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { patient } from '../runner/patience.ts'
import { pibake, program } from '../support/cli.ts'
import { suite } from '../support/suite.ts'
import { BASES, makeBases, SPEC } from '../write/bake/support/bases.ts'

const test = suite('shapes: an output that is no file')

let work = ''
let scratch = ''
const at = (name: string) => join(work, name)
const env = () => ({ ...process.env, NO_COLOR: '1', TMPDIR: scratch })
const words = (base: string, ...more: string[]) => ['bake', at(SPEC), at(base), '-o', '-', ...more]

test.before(async () => {
  work = mkdtempSync(join(tmpdir(), 'pibake-stdout-'))
  scratch = at('scratch')
  mkdirSync(scratch)
  await makeBases(work)
})

test.after(() => {
  assert.equal(readdirSync(scratch), [], 'nothing is left in TMPDIR')
  rmSync(work, { recursive: true, force: true })
})

/** Runs with standard output led somewhere: `| wc -c`, `>file`. */
function inShell(command: readonly string[], rest: string) {
  const script = `"$@" ${rest}; echo "rc $\{PIPESTATUS[0]}" >&2`
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, program, ...command], {
    env: env(),
    timeout: patient(60) * 1000,
    maxBuffer: 256 << 20,
  })
  const [, code] = /^rc (\d+)$/m.exec(stderr.toString()) ?? []
  return { code: Number(code), stdout, stderr: stderr.toString() }
}

for (const base of BASES) {
  test(`taken: ${base} to a pipe and to a file, the bytes of the unpacked output and nothing else`, () => {
    const name = base.includes('.tar') ? 'kit.tar' : 'kit.img'
    mkdirSync(at('named'))
    const named = pibake(['bake', at(SPEC), at(base), '-o', at(`named/${name}`), '--no-checksums'])
    assert.is(named.code, 0, named.stderr)
    const wanted = readFileSync(at(`named/${name}`))
    rmSync(at('named'), { recursive: true })
    const before = readdirSync(work)
    const piped = inShell(words(base), '| cat')
    assert.is(piped.code, 0, piped.stderr)
    assert.is(Buffer.compare(piped.stdout, wanted), 0)
    assert.match(piped.stderr, /^Baked to standard output: \d+ changes in .*; all read back/m)
    assert.match(piped.stderr, /^Not made, .*: manifest, SHA256SUMS, provenance/m)
    assert.match(piped.stderr, /^You get in by$/m)
    assert.equal(readdirSync(work), before)
    // Behind what is there already, as a shell says it.
    writeFileSync(at('got'), 'before')
    const filed = inShell(words(base, '--json', '--quiet'), `>>${at('got')}`)
    assert.is(filed.code, 0, filed.stderr)
    assert.is(Buffer.compare(readFileSync(at('got')), Buffer.concat([Buffer.from('before'), wanted])), 0)
    rmSync(at('got'))
    const document = JSON.parse(filed.stderr.replace(/^rc 0$/m, '')) as Record<string, unknown>
    assert.equal([document.schema, document.output, document.files, document.sha256], ['pibake.bake/1', '-', [], null])
  })
}

test('a reader that ends early is said, and no trace is left', () => {
  const { code, stderr } = inShell(words('base.img'), '| head -c 1000')
  assert.is(code, 1)
  assert.match(stderr, /^pibake: standard output: its reader ended after \d+ of 117440512 bytes$/m)
  assert.not.match(stderr, /Baked|at .*\.js/)
})

test('a full disk behind standard output is worth a retry', () => {
  if (!existsSync('/dev/full')) return
  const { code, stderr } = inShell(words('base.tar'), '>/dev/full')
  assert.is(code, 75, stderr)
  assert.match(stderr, /^pibake: standard output: it failed \(ENOSPC\) after 0 of \d+ bytes$/m)
})

test('Ctrl-C ends it while nobody reads', async () => {
  const child = spawn(process.execPath, [program, ...words('base.img')], {
    env: env(),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  // The first bytes are there when all is baked.
  await once(child.stdout, 'readable')
  await setTimeout(100)
  child.kill('SIGINT')
  assert.equal(await ended, [130, null])
  child.stdout.destroy()
})

test('what is refused, with nothing on standard output', () => {
  const cases: readonly (readonly [words: string[], code: number, message: RegExp])[] = [
    [words('base.img', '--sign', at(SPEC)), 2, /--sign is for an output with a name/],
    [words('base.img', '--url-base', 'https://example.org'), 2, /--url-base is for an output with a name/],
    [words('base.tar', '--boot-tar', at('base.tar'), '--boot-output', at('b.tar')), 2, /--boot-tar is for an output/],
    [words('base.tar', '--root-partition', '2'), 2, /are for images/],
    [words(SPEC, '--json'), 3, /not a disk image/],
    [words('none.img', '--json'), 3, /no such file/],
  ]
  for (const [command, code, message] of cases) {
    const ran = inShell(command, '| cat')
    assert.equal([ran.code, ran.stdout.length], [code, 0], `${command}: ${ran.stderr}`)
    assert.match(ran.stderr, message)
  }
  const nowhere = pibake(words('base.img'), { env: { TMPDIR: at('nowhere') } })
  assert.equal([nowhere.code, nowhere.stdout], [2, ''])
  assert.match(
    nowhere.stderr,
    new RegExp(`TMPDIR .*no such folder: ${at('nowhere')}\n  hint: mkdir -p ${at('nowhere')}`),
  )
})

test('standard output that leads into BASE is refused, and BASE stays as it is', () => {
  const before = readFileSync(at('base.tar'))
  const { code, stderr } = inShell(words('base.tar'), `1<>${at('base.tar')}`)
  assert.is(code, 2, stderr)
  assert.match(stderr, /BASE is never written/)
  assert.is(Buffer.compare(readFileSync(at('base.tar')), before), 0)
})

test('a terminal gets no bytes, but the command that makes a file; that one works', () => {
  const python = [
    'import os, pty, sys',
    'status = pty.spawn(sys.argv[1:])',
    'sys.exit(os.waitstatus_to_exitcode(status))',
  ].join('\n')
  const input = openSync('/dev/null', 'r')
  const { status, stdout } = spawnSync('python3', ['-c', python, process.execPath, program, ...words('base.img.xz')], {
    env: env(),
    stdio: [input, 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  closeSync(input)
  assert.is(status, 2, stdout)
  assert.match(stdout, /--output -: standard output is a terminal/)
  const [, command = ''] = /hint: pibake (.*?)\r?$/m.exec(stdout) ?? []
  mkdirSync(at('followed'))
  const made = execFileSync('sh', ['-ec', `"$0" "$1" ${command}`, process.execPath, program], { cwd: at('followed') })
  assert.match(made.toString(), /^Baked pibake\.img\.xz/m)
})

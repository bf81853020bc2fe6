import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { patient } from '../runner/patience.ts'
import { program } from '../support/cli.ts'
import { plant } from '../support/plant.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import {
  IMAGE_SECRETS,
  type Image,
  isShown,
  MARK,
  REFUSED_SPECS,
  SPEC_FILES,
  SPEC_VARIABLES,
  secretSpec,
} from './support/secrets.ts'

const test = suite('planted secrets')

let place = ''
const at = (...names: string[]) => join(place, ...names)

test.before(() => {
  place = mkdtempSync(join(tmpdir(), 'pibake-secrets-'))
  chmodSync(place, 0o755)
  for (const name of ['spec', 'out', 'tmp', 'home', 'images', 'target']) mkdirSync(at(name))
  for (const [path, text] of Object.entries(SPEC_FILES)) {
    mkdirSync(dirname(at('spec', path)), { recursive: true })
    writeFileSync(at('spec', path), text, { mode: 0o600 })
  }
  writeFileSync(at('spec/pibake.yaml'), JSON.stringify(secretSpec(), null, 2), { mode: 0o600 })
  makeSampleImage(at('images/base.img'), { tamper: laySecrets })
  copyFileSync(at('images/base.img'), at('images/kit.img'))
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  laySecrets(sample.root, sample.boot)
  for (const [name, tree] of Object.entries({ boot: sample.boot, root: sample.root })) {
    mkdirSync(at('target', name))
    plant(at('target', name), [...tree.nodes])
  }
})

test.after(() => rmSync(place, { recursive: true, force: true }))

function laySecrets(root: MemoryTree, boot: MemoryTree): void {
  for (const { partition, path, node } of IMAGE_SECRETS(root)) {
    const tree = partition === 'boot' ? boot : root
    const parts = path.split('/')
    for (let i = 2; i < parts.length; i++) {
      const folder = parts.slice(0, i).join('/')
      if (!tree.nodes.has(folder)) tree.nodes.set(folder, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
    }
    tree.nodes.set(path, node)
  }
}

interface Watched {
  readonly code: number | null
  readonly output: string
  /** Places where a secret was seen while it ran. */
  readonly seen: readonly string[]
}

/** Runs a command under umask 000, and looks meanwhile at all that others may see of it. */
async function watched(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Watched> {
  const umask = process.umask(0)
  const child = spawn(process.execPath, [program, ...words], {
    cwd: at('home'),
    env: {
      PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
      HOME: at('home'),
      TMPDIR: at('tmp'),
      SOURCE_DATE_EPOCH: '1700000000',
      ...SPEC_VARIABLES,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patient(120) * 1000,
  })
  process.umask(umask)
  const given = isShown(Object.values({ ...SPEC_VARIABLES, ...env }).join(' '))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const seen = new Set<string>()
  const timer = setInterval(() => {
    for (const place of [...processesShow(child, given), ...filesShow()]) seen.add(place)
  }, 20)
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
    for (const place of filesShow()) seen.add(place)
    return { code, output, seen: [...seen] }
  } finally {
    clearInterval(timer)
  }
}

/**
 * Arguments and environments of the program and of all that it has started.
 *
 * @param given secrets that its caller has put into the environment
 */
function processesShow({ pid }: ChildProcess, given: readonly string[]): string[] {
  const all = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const parent = /\) \S (\d+)/.exec(gone(() => readFileSync(`/proc/${name}/stat`, 'utf8')) ?? '')?.[1]
    if (parent !== undefined) all.set(Number(name), Number(parent))
  }
  const isOurs = (process: number | undefined): boolean =>
    process !== undefined && (process === pid || isOurs(all.get(process)))
  return [...all.keys()].filter(isOurs).flatMap((process) =>
    ['cmdline', 'environ'].flatMap((what) => {
      const text = gone(() => readFileSync(`/proc/${process}/${what}`, 'latin1')) ?? ''
      const shown = isShown(text).filter((secret) => what === 'cmdline' || !given.includes(secret))
      return shown.map((secret) => `${secret} in ${what} of ${text.split('\0', 1)[0]}`)
    }),
  )
}

/** Files outside the targets that another user could read, with a secret in them. */
function filesShow(): string[] {
  return ['out', 'tmp', 'home', 'spec'].flatMap((name) => below(at(name)))
}

/** Not into what others cannot enter. Images are looked at by the modes of what is in them. */
function below(path: string): string[] {
  const stats = gone(() => lstatSync(path))
  if (stats === undefined || stats.isSymbolicLink()) return []
  if (stats.isDirectory()) {
    if ((stats.mode & 0o001) === 0) return []
    return (gone(() => readdirSync(path)) ?? []).flatMap((name) => below(join(path, name)))
  }
  if ((stats.mode & 0o077) === 0 || stats.size > 1 << 24) return (stats.mode & 0o077) === 0 ? [] : [`${path} is open`]
  return isShown(gone(() => readFileSync(path, 'latin1')) ?? '').map((secret) => `${secret} in ${path}`)
}

function gone<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

async function assertHidden(
  words: readonly string[],
  code: number | readonly number[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const ran = await watched(words, env)
  const shown = isShown(ran.output)
  const lines = ran.output.split('\n').filter((line) => shown.some((secret) => line.includes(secret)))
  assert.equal([...shown, ...lines, ...ran.seen], [], words.join(' '))
  assert.ok([code].flat().includes(ran.code ?? -1), `${words.join(' ')}: ${ran.code}\n${ran.output.slice(-3000)}`)
  return ran.output
}

test('there are thirty secrets and more, each in a place of its own', () => {
  const text = JSON.stringify([secretSpec(), SPEC_FILES, SPEC_VARIABLES, REFUSED_SPECS]) + inImage()
  const all = new Set(text.match(new RegExp(`${MARK}\\d\\d`, 'g')))
  assert.ok(all.size >= 30, [...all].sort().join())
})

function inImage(): string {
  const { root } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  return IMAGE_SECRETS(root)
    .map(({ node }: Image) => (node.kind === 'file' ? new TextDecoder().decode(node.content) : ''))
    .join('')
}

const spec = () => at('spec/pibake.yaml')
const image = () => ['--image', at('images/kit.img')]
const mounted = () => ['--root', at('target/root'), '--boot', at('target/boot')]

test('what plans shows none', async () => {
  const text = await assertHidden(['plan', spec(), ...image(), '--all'], 0)
  assert.match(text, '/etc/kit-07.conf')
  for (const view of ['--json', '--diff', '--verbose']) await assertHidden(['plan', spec(), ...image(), view], 0)
  await assertHidden(['plan', spec(), ...image()], 0)
  await assertHidden(['plan', spec(), ...mounted(), '--verbose'], 0)
  await assertHidden(['check', spec(), '--json'], 0)
})

test('explain shows none, of whatever path', async () => {
  const json = JSON.parse((await watched(['plan', spec(), ...image(), '--json'])).output.replace(/^[^{]*/, ''))
  const paths: string[] = json.changes
    .filter(({ details }: { details: string[] }) => details.some((detail) => detail.includes('secret')))
    .map(({ path }: { path: string }) => path)
  assert.ok(paths.length > 10, paths.join())
  // Each of the others is held against the same rule in core/plan/secrets.
  for (const path of ['root:/etc/shadow', 'root:/etc/hosts', 'root:/etc/kit-08.conf', 'root:/home/alice/kit-14.conf']) {
    assert.ok(paths.includes(path), path)
    await assertHidden(['explain', spec(), path, ...image()], 0)
  }
})

test('bake leaves none for others, beside the output and while it works', async () => {
  await assertHidden(['bake', spec(), at('images/base.img'), '-o', at('out/x.img')], 0)
  await assertHidden(
    ['bake', spec(), at('images/base.img'), '-o', at('out/y.img.xz'), '--verbose', '--no-checksums'],
    0,
  )
  await assertHidden(['verify', spec(), '--image', at('out/x.img'), '--allow-booted'], 0)
  assert.is(lstatSync(at('out/x.img')).mode & 0o777, 0o600)
})

test('an audit shows none', async () => {
  await assertHidden(['audit', at('images/base.img'), at('out/x.img'), '--json'], 0)
  await assertHidden(['audit', at('out/x.img'), '--all', '--sarif', at('out/x.sarif'), '--html', at('out/x.html')], 0)
  await assertHidden(['audit', at('images/base.img'), at('out/x.img'), '--html', at('out/two.html')], 0)
})

test('apply leaves each in a file that not everybody may read', async () => {
  await assertHidden(['apply', spec(), ...image(), '--overlay', at('out/overlay.tar')], 0)
  await assertHidden(['apply', spec(), ...image(), '--verbose'], 0)
  await assertHidden(['apply', spec(), ...mounted(), '--json'], 0)
  await assertHidden(['verify', spec(), ...mounted(), '--allow-booted', '--json'], 0)
  assert.equal(openWithSecret(at('target/root')), [])
})

/** As {@link below}, of a mounted root: what every user of the device may read. */
function openWithSecret(path: string): string[] {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return []
  if (stats.isDirectory()) {
    return (stats.mode & 0o001) === 0 ? [] : readdirSync(path).flatMap((name) => openWithSecret(join(path, name)))
  }
  return (stats.mode & 0o004) === 0 ? [] : isShown(readFileSync(path, 'latin1')).map((secret) => `${secret} in ${path}`)
}

test('passwords in addresses of packages are shown nowhere', async () => {
  const own = JSON.parse(readFileSync(spec(), 'utf8'))
  const carrying = at('spec', 'carrying.yaml')
  writeFileSync(carrying, JSON.stringify({ ...own, packages: { bundle: true } }), { mode: 0o600 })
  assert.match(await assertHidden(['bake', carrying, at('images/base.img'), '-o', at('out/z.img')], 3), 'private.list')
  const open = at('target/root/etc/apt/sources.list.d/private.list')
  writeFileSync(open, 'deb http://archive.test/debian trixie main\n')
  const mirror = { PIBAKE_APT_MIRROR: `http://user:${MARK}40@127.0.0.1:9/debian` }
  await assertHidden(['lock', carrying, ...mounted(), '--allow-booted'], [1, 3, 75], mirror)
  await assertHidden(['lock', carrying, ...mounted(), '--allow-booted'], [1, 3], {
    PIBAKE_APT_MIRROR: `//u:${MARK}41@x`,
  })
})

test('what is refused shows none', async () => {
  for (const [title, refused] of REFUSED_SPECS) {
    const file = at('spec', 'refused.yaml')
    const text = typeof refused === 'string' ? refused : JSON.stringify(refusedSpec(refused), null, 2)
    writeFileSync(file, text, { mode: 0o600 })
    const { code, output, seen } = await watched(['check', file])
    assert.equal([...isShown(output), ...seen], [], `${title}\n${output}`)
    assert.is(code, 2, `${title}\n${output}`)
  }
})

function refusedSpec(other: { readonly user: object } | { readonly spec: object }): object {
  const user = { name: 'alice', passwordHash: HASH, authorizedKeys: [KEYS.alice] }
  return 'user' in other
    ? { version: 1, users: [{ ...user, ...other.user }] }
    : { version: 1, users: [user], ...other.spec }
}

test('a mark that is shown is found, and so is a digest of it', () => {
  const secret = `${MARK}01`
  assert.equal(isShown(`x ${secret} y`), [secret])
  for (const encoding of ['hex', 'base64'] as const) {
    assert.equal(isShown(createHash('sha256').update(secret).digest(encoding)), [secret])
  }
})

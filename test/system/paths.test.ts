import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { assetText, packageRoot } from '../../src/base/host/assets.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { pibake, program } from '../support/cli.ts'
import { assertGenerated } from '../support/generated.ts'
import { plant } from '../support/plant.ts'
import { HASH, KEYS } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { Archive } from './support/archive.ts'
import { type EmptyDeb, emptyDeb } from './support/empty-deb.ts'
import { type FileCall, type Traced, traced } from './support/file-calls.ts'
import { pathsSection, ROWS, type Rule } from './support/paths-outside.ts'
import { run } from './support/run.ts'

const test = suite('paths outside the target')

const URI = 'http://archive.test/debian'
const NOBODY = 65534
/** Folders of a run that another user may call his own. */
const FOLDERS = {
  SPEC: 'spec',
  IMAGE: 'image',
  BASE: 'base',
  OUT: 'out',
  TMP: 'tmp',
  HOME: 'home',
  CWD: 'cwd',
} as const

let place = ''
/** A loop device over a file of its own. */
let card = ''
let archive: Archive | undefined
const debs: EmptyDeb[] = []

test.before(async () => {
  place = mkdtempSync(join(tmpdir(), 'pibake-paths-'))
  chmodSync(place, 0o755)
  archive = new Archive()
  chmodSync(archive.place, 0o755)
  debs.push(emptyDeb('helper', '1.0-1'), emptyDeb('own-one', '1.0'))
  archive.publish('trixie', debs.slice(0, 1))
  const key = archive.key()
  const tamper = (root: MemoryTree) => layArchive(root, key)
  makeSampleImage(join(place, 'sample.img'), { tamper })
  execFileSync('xz', ['--keep', '--block-size=4MiB', '-T2', '-1', join(place, 'sample.img')])
  await makeSampleTar(join(place, 'sample.tar'))
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  layArchive(sample.root, key)
  for (const [name, tree] of Object.entries({ boot: sample.boot, root: sample.root })) {
    mkdirSync(join(place, 'target', name), { recursive: true })
    plant(join(place, 'target', name), [...tree.nodes])
  }
  writeFileSync(join(place, 'card'), '')
  truncateSync(join(place, 'card'), 120 << 20)
  card = run(['losetup', '--find', '--show', join(place, 'card')]).trim()
})

test.after(() => {
  run(['losetup', '--detach', card])
  rmSync(place, { recursive: true, force: true })
  archive?.remove()
  for (const deb of debs) deb.remove()
})

function layArchive({ nodes }: MemoryTree, key: string): void {
  const root = { uid: 0, gid: 0 }
  const file = (text: string) => ({ kind: 'file', content: Buffer.from(text), mode: 0o644, ...root }) as const
  nodes.set('/etc/apt/keyrings', { kind: 'directory', mode: 0o755, ...root })
  nodes.set('/etc/apt/keyrings/test.asc', file(key))
  nodes.set('/etc/apt/sources.list', file(`deb [signed-by=/etc/apt/keyrings/test.asc] ${URI} trixie main\n`))
}

/** Makes the folders of a run, and what it needs in them. */
function makeRun(name: string, uid: number): Record<keyof typeof FOLDERS, string> {
  const base = join(place, name)
  const at = Object.fromEntries(Object.entries(FOLDERS).map(([key, folder]) => [key, join(base, folder)])) as Record<
    keyof typeof FOLDERS,
    string
  >
  for (const folder of Object.values(at)) mkdirSync(folder, { recursive: true })
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(at.SPEC, path)), { recursive: true })
    writeFileSync(join(at.SPEC, path), text, { mode: 0o600 })
  }
  const own = debs.at(-1) as EmptyDeb
  copyFileSync(own.file, join(at.SPEC, 'own.deb'))
  const spec = {
    version: 1,
    device: { hostname: 'kit' },
    users: [{ name: 'alice', passwordHashFile: 'files/hash', authorizedKeys: [{ file: 'files/alice.pub' }] }],
    ssh: { hostKeys: 'bake' },
    network: { wifi: { country: 'AT', networks: [{ ssid: 'kit', pskFile: 'files/psk' }] } },
    files: [{ path: '/etc/kit.conf', mode: '0600', source: 'files/kit.conf' }],
    firstBoot: { scripts: ['files/set-up.sh'] },
    firewall: { enabled: false },
    fail2ban: { enabled: false },
    hardening: { appArmor: false },
    updates: { firstBoot: 'none', unattended: false },
    packages: { install: ['helper'], debs: [{ file: 'files/own.deb', sha256: own.sha256 }] },
  }
  write('pibake.yaml', JSON.stringify(spec))
  write('plain.yaml', JSON.stringify({ ...spec, packages: { bundle: false } }))
  const { device: _, ...shared } = spec
  const fleet = { ...shared, device: { hostname: '${device.id}' }, packages: { bundle: false } }
  write('fleet.yaml', JSON.stringify(fleet))
  write('kits.csv', 'id\nkit-1\nkit-2\n')
  write('files/hash', `${HASH}\n`)
  write('files/alice.pub', `${KEYS.alice}\n`)
  write('files/psk', 'correct horse battery\n')
  write('files/custom.toml', '[wlan]\nssid = "kit"\npassword = "correct horse"\ncountry = "AT"\n')
  write('files/kit.conf', 'x\n')
  write('files/set-up.sh', '#!/bin/sh\n')
  copyFileSync(own.file, join(at.SPEC, 'files/own.deb'))
  run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(at.SPEC, 'sign')])
  run(['age-keygen', '-o', join(at.SPEC, 'office.key')])
  write('office.txt', run(['age-keygen', '-y', join(at.SPEC, 'office.key')]))
  mkdirSync(join(at.HOME, '.ssh'), { mode: 0o700 })
  copyFileSync(join(at.SPEC, 'files/alice.pub'), join(at.HOME, '.ssh/id.pub'))
  copyFileSync(join(place, 'sample.img'), join(at.IMAGE, 'kit.img'))
  for (const kind of ['img', 'img.xz', 'tar'])
    copyFileSync(join(place, `sample.${kind}`), join(at.BASE, `base.${kind}`))
  run(['chown', '-R', `${uid}:${uid}`, base])
  return at
}

/** The whole command set; what belongs together in its order. */
function commands(at: Record<keyof typeof FOLDERS, string>, isRoot: boolean): readonly (readonly string[])[] {
  const spec = join(at.SPEC, 'pibake.yaml')
  const image = ['--image', join(at.IMAGE, 'kit.img')]
  const mounted = ['--root', join(place, 'target/root'), '--boot', join(place, 'target/boot')]
  const mirror = ['--apt-mirror', `${URI}=file:${archive?.place}`]
  const [base, out] = [(kind: string) => join(at.BASE, `base.${kind}`), (kind: string) => join(at.OUT, `x.${kind}`)]
  const plain = join(at.SPEC, 'plain.yaml')
  const baked = (from: string, to: string, ...more: string[]) => ['bake', plain, base(from), '-o', out(to), ...more]
  const devices = ['fleet', join(at.SPEC, 'fleet.yaml'), '--inventory', join(at.SPEC, 'kits.csv')]
  const fleet = (part: string) => [
    [...devices, '--base', base('tar'), '-o', join(at.OUT, 'fleet'), '--format', 'tar.xz', '--shard', part],
  ]
  const sealed = ['--seal-to', join(at.SPEC, 'office.txt'), '--identity', join(at.SPEC, 'office.key')]
  return [
    ['--help'],
    ['init', '--yes'],
    ['import', join(at.SPEC, 'files/custom.toml'), '-o', 'imported.yaml'],
    ['check', spec],
    ['lock', spec, ...image, ...mirror],
    ['plan', spec, ...image, '--json', '--frozen'],
    ['bake', spec, base('img'), '-o', out('img'), '--frozen', '--sign', join(at.SPEC, 'sign')],
    ['verify', spec, '--image', out('img'), '--allow-booted'],
    ...(isRoot ? [['verify', spec, '--image', out('img'), '--rebuild', base('img')]] : []),
    ['audit', base('img'), out('img'), '--sarif', out('sarif'), '--html', out('html')],
    baked('img.xz', 'img.xz'),
    baked('tar', 'tar.xz'),
    baked('tar', 'tar.zst', '--no-checksums'),
    ...fleet('1/2'),
    ...fleet('2/2'),
    ['fleet', 'merge', join(at.OUT, 'fleet')],
    ['fleet', 'gc', join(at.OUT, 'fleet'), '--inventory', join(at.SPEC, 'kits.csv'), '--yes'],
    [...devices, '--base', base('img'), '-o', join(at.OUT, 'fleet'), '--format', 'delta', '--only', 'kit-1'],
    [...devices, '--base', base('img.xz'), '-o', `oci:${join(at.OUT, 'oci')}`, ...sealed],
    [...devices, '--base', base('img'), '-o', `oci:${join(at.OUT, 'oci')}`, ...sealed],
    ['fleet', 'gc', join(at.OUT, 'oci'), '--inventory', join(at.SPEC, 'kits.csv'), '--yes'],
    ['delta', 'apply', join(at.OUT, 'fleet/devices/kit-1.delta'), '--base', base('img.xz'), '-o', out('img')],
    ['apply', plain, ...image, '--overlay', out('tar')],
    ['apply', plain, ...image],
    ['explain', plain, '/etc/shadow', ...image, '--allow-booted'],
    ['explain', 'SSH004'],
    ['hash-password', '--rounds', '5000'],
    ['schema'],
    ['completion', 'bash'],
    ['demo'],
    ['doctor'],
    ['page', '-o', out('html')],
    ...(isRoot
      ? [
          baked('img', 'img.xz', '--no-checksums'),
          baked('img.xz', 'img'),
          baked('img', 'img.gz', '--no-checksums'),
          ['plan', plain, ...mounted],
          ['apply', plain, ...mounted],
          ['verify', plain, ...mounted, '--allow-booted'],
          ['flash', plain, base('img.xz'), '--to', card, '--force-device', join(place, 'card'), '--yes'],
        ]
      : []),
  ]
}

/** What is not outside: the target, pibake's package, and the packages that it runs with. */
function isInside(path: string): boolean {
  const own = [join(place, 'target'), packageRoot, realpathSync(join(packageRoot, 'node_modules'))]
  return own.some((folder) => path === folder || path.startsWith(`${folder}/`)) || /\/package\.json$/.test(path)
}

type Places = Readonly<Record<string, string>>

function named(path: string, places: Places): string {
  const found = Object.entries(places).find(([, folder]) => path === folder || path.startsWith(`${folder}/`))
  return found === undefined ? path : `<${found[0]}>${path.slice(found[1].length)}`
}

/** Where a call is not as the table says. */
function faultsOf({ calls }: Traced, places: Places): string[] {
  const isPrivate = ({ mode }: FileCall) => mode !== undefined && (mode & 0o077) === 0
  const own = new Set(
    calls
      .filter((call) => call.access === 'folder' || (call.access === 'make' && call.flags.includes('O_EXCL')))
      .filter(isPrivate)
      .map(({ path }) => path),
  )
  // Renamed, it is still what was made.
  calls.forEach(({ path, access }, i) => {
    if (access === 'place' && own.has(calls[i - 1]?.path ?? '')) own.add(path)
  })
  // A folder that becomes open for others to enter is private no more.
  const opened = new Set(
    calls.filter(({ access, mode = 0 }) => access === 'change' && (mode & 0o077) !== 0).map(({ path }) => path),
  )
  return calls
    .filter(({ path, flags }) => !isInside(path) && !flags.includes('O_TMPFILE'))
    .flatMap((call) => {
      const name = named(call.path, places)
      const row = ROWS.find(({ pattern }) => pattern.test(name))
      if (call.access === 'look' && (row !== undefined || isAbove(call.path, places))) return []
      if (row === undefined) return [`not in the table: ${call.access} ${name}: ${shown(call)}`]
      const isOwn = (path: string) => [...above(path)].some((one) => own.has(one) && !opened.has(one))
      const isFine = CHECKS[row.rule](call, isOwn, isPrivate(call))
      return isFine ? [] : [`not ${row.rule}: ${call.access} ${name}: ${shown(call)}`]
    })
}

/** Whoever follows a path looks at the folders that lead to it. `/tmp` is one wherever this clone lies: apt's row names it. */
function isAbove(path: string, places: Places): boolean {
  const own = [packageRoot, realpathSync(join(packageRoot, 'node_modules')), place, '/tmp']
  return [...Object.values(places), ...own].some(
    (one) => one === path || one.startsWith(path === '/' ? path : `${path}/`),
  )
}

function shown({ flags, mode }: FileCall): string {
  return `${flags.join('|')} ${mode?.toString(8) ?? ''}`.trim()
}

function* above(path: string): Generator<string> {
  for (let at = path; at !== '/'; at = dirname(at)) yield at
}

type Check = (call: FileCall, isOwn: (path: string) => boolean, isPrivate: boolean) => boolean

const CHECKS: Readonly<Record<Rule, Check>> = {
  named: ({ access }) => access === 'read' || access === 'list',
  image: ({ access }) => ['read', 'write', 'change'].includes(access),
  believed: ({ access, flags }) =>
    ['place', 'remove'].includes(access) || (access === 'read' && flags.includes('O_NOFOLLOW')),
  looked: isLook,
  placed: ({ access }) => ['place', 'remove', 'read'].includes(access),
  new: ({ access, flags, path }, isOwn, isPrivate) =>
    access === 'place' || isOwn(path) || (isPrivate && (access === 'folder' || flags.includes('O_EXCL'))),
  private: ({ access, path, mode = 0o777 }, isOwn, isPrivate) =>
    isOwn(path) || !['folder', 'make'].includes(access) || isPrivate || (mode & 0o022) === 0,
  cache: ({ access, flags }, _, isPrivate) =>
    ['read', 'place', 'remove'].includes(access) ||
    (isPrivate && (access === 'folder' || (access === 'make' && flags.includes('O_EXCL')))),
  made: (call) => call.access === 'folder' || (call.access === 'make' && call.flags.includes('O_EXCL')) || isLook(call),
  system: ({ access, path }) => ['read', 'list', 'run', 'connect'].includes(access) && isRootsAlone(path),
  device: ({ access, flags }) =>
    (access === 'write' && flags.includes('O_EXCL')) || (access === 'read' && flags.includes('O_DIRECT')),
  kernel: ({ access, path }) =>
    ['read', 'list'].includes(access) ||
    (['write', 'make'].includes(access) && /^(\/dev\/(null|tty)|\/proc\/self\/fd\/\d+)$/.test(path)),
}

function isLook({ access, path }: FileCall): boolean {
  return access === 'list' || (access === 'read' && lstatSync(path).isDirectory())
}

/** What is not there would be made by who may write the folder. */
function isRootsAlone(path: string): boolean {
  return [...above(path)].filter(existsSync).every((one) => {
    const { uid, mode } = lstatSync(realpathSync(one))
    return uid === 0 && (mode & 0o022) === 0
  })
}

for (const [user, uid] of [
  ['root', 0],
  ['another user', NOBODY],
] as const) {
  test(`as ${user}: every path is in the table, and met as its rule says`, () => {
    const at = makeRun(uid === 0 ? 'root-run' : 'user-run', uid)
    const places = { ...at, ARCHIVE: archive?.place as string }
    const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', HOME: at.HOME, TMPDIR: at.TMP, LANG: 'C.UTF-8' }
    const umask = process.umask(0)
    const faults = new Set<string>()
    try {
      for (const words of commands(at, uid === 0)) {
        const command = [process.execPath, program, ...words]
        const done = traced(command, { cwd: at.CWD, env, input: 'correct horse\n', uid: uid === 0 ? undefined : uid })
        assert.is(done.status, 0, `${words.join(' ')}\n${done.output.slice(-2000)}`)
        assert.ok(done.calls.length > 10)
        for (const fault of faultsOf(done, places)) faults.add(fault)
      }
    } finally {
      process.umask(umask)
    }
    assert.equal([...faults], [])
  })
}

test('what nobody named, and another user has laid there, is not believed; nor is a link', () => {
  const at = makeRun('laid', 0)
  const spec = join(at.SPEC, 'plain.yaml')
  const bake = ['bake', spec, join(at.BASE, 'base.tar'), '-o', join(at.OUT, 'x.tar')]
  const image = ['--image', join(at.IMAGE, 'kit.img')]
  const cases: readonly (readonly [file: string, words: readonly string[]])[] = [
    [join(at.OUT, 'SHA256SUMS'), bake],
    [join(at.BASE, 'base.tar.bmap'), [...bake, '--trust-base']],
    [join(at.SPEC, 'kit.known_hosts'), bake],
    [join(at.SPEC, 'pibake.lock'), ['lock', join(at.SPEC, 'pibake.yaml'), ...image, '--frozen']],
    [join(at.IMAGE, 'kit.img.pibake-redo'), ['apply', spec, ...image]],
  ]
  const elsewhere = join(at.TMP, 'elsewhere')
  writeFileSync(elsewhere, '')
  for (const [file, words] of cases) {
    for (const reason of ['it belongs to another user', 'it is a link']) {
      if (reason === 'it is a link') symlinkSync(elsewhere, file)
      else {
        writeFileSync(file, '')
        chownSync(file, NOBODY, NOBODY)
      }
      const done = pibake(words, { cwd: at.CWD, env: { HOME: at.HOME, TMPDIR: at.TMP } })
      assert.match(done.stderr, `${file} is not believed: ${reason}`)
      assert.is(done.code, 3)
      rmSync(file)
    }
  }
  assert.is(readFileSync(elsewhere, 'utf8'), '')
  assert.equal(readdirSync(at.OUT), [])
})

test('the threat model has the table', () => {
  const [begin, end] = ['<!-- paths: begin -->\n', '<!-- paths: end -->']
  const text = assetText('docs/threat-model.md')
  assert.match(text, begin)
  const [head, tail] = [text.slice(0, text.indexOf(begin) + begin.length), text.slice(text.indexOf(end))]
  assertGenerated('docs/threat-model.md', `${head}\n${pathsSection()}\n\n${tail}`)
})

import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SpaceError, TargetError } from '../../src/base/errors.ts'
import { choosePackages, type PackageChoice } from '../../src/cli/choose-packages.ts'
import { processIo } from '../../src/cli/io.ts'
import { lockFileOf } from '../../src/cli/lock-file.ts'
import type { ChoiceOptions } from '../../src/cli/package-job.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { MemoryTree } from '../../src/storage/tree/memory.ts'
import { bundleIn } from '../../src/write/packages/bundle-in.ts'
import { PackageError } from '../../src/write/packages/errors.ts'
import { compiled } from '../support/plan.ts'
import { type LooseSpec, smallSpec, sound } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { Archive } from './support/archive.ts'
import { type EmptyDeb, emptyDeb } from './support/empty-deb.ts'

const test = suite('packages from an archive of the test')

/** What the smallest spec needs, what one of them needs, and an upgrade of what the sample has. */
const names = ['apparmor', 'fail2ban', 'iptables', 'python3-systemd', 'ufw', 'unattended-upgrades', 'nothing-else']
const debs = names.map((name) => emptyDeb(name, '1.0-1', name === 'ufw' ? { Depends: 'helper (>= 2)' } : {}))
const helper = emptyDeb('helper', '2')
const upgrade = emptyDeb('apt', '9')
const plain = emptyDeb('dpkg', '99')
const own = emptyDeb('mine', '1', { Depends: 'helper' })
const archive = new Archive()
const URI = 'http://archive.test/debian'
let place = ''

process.once('exit', () => {
  for (const deb of [...debs, helper, upgrade, plain, own]) deb.remove()
  archive.remove()
})

/** A test with an archive as it is at first, and with a lock and a cache of its own. */
const inPlace = (title: string, body: () => Promise<void>) =>
  test(title, async () => {
    place = mkdtempSync(join(tmpdir(), 'pibake-carry-'))
    writeFileSync(join(place, 'pibake.yaml'), '')
    archive.publish('trixie', [...debs, helper, plain])
    archive.publish('trixie-security', [upgrade])
    try {
      await body()
    } finally {
      rmSync(place, { recursive: true })
    }
  })

interface Asked {
  readonly spec?: LooseSpec
  readonly mode?: ChoiceOptions['mode']
  readonly frozen?: boolean
  /** Where the archive is; undefined: nowhere. */
  readonly at?: string | undefined
  readonly source?: string
  readonly free?: number
  /** Asks on the target that an earlier call gave. */
  readonly target?: ReturnType<typeof samplePiOs>
}

/** Asks as a command does, with a cache and a lock of this test's own. */
async function ask(asked: Asked = {}): Promise<PackageChoice> {
  const target = asked.target ?? sample(asked.source)
  const checked = sound({ ...smallSpec(), ...asked.spec })
  const io = { ...processIo({ quiet: true }), env: { XDG_CACHE_HOME: join(place, 'cache') }, stderr: sink() }
  const to = 'at' in asked ? asked.at : archive.place
  return choosePackages(io, checked.spec, target.root, compiled(checked, target), {
    mode: asked.mode ?? 'must',
    specFile: join(place, 'pibake.yaml'),
    frozen: asked.frozen ?? false,
    free: () => asked.free,
    aptMirror: [`${URI}=file:${to ?? '/nowhere'}`],
  })
}

let said = ''
function sink() {
  said = ''
  const write = (text: string) => {
    said += text
    return true
  }
  return { write } as unknown as NodeJS.WritableStream
}

function sample(source = `deb [signed-by=/etc/apt/keyrings/test.asc] ${URI} trixie main\n`) {
  const target = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const file = (text: string) => {
    return { kind: 'file', content: new TextEncoder().encode(text), mode: 0o644, uid: 0, gid: 0 } as const
  }
  target.root.nodes.set('/etc/apt/keyrings', { kind: 'directory', mode: 0o755, uid: 0, gid: 0 })
  target.root.nodes.set('/etc/apt/keyrings/test.asc', file(archive.key()))
  const security = source.startsWith('deb ') ? source.replace('trixie', 'trixie-security') : ''
  target.root.nodes.set('/etc/apt/sources.list', file(source + security))
  return target
}

const lockOf = () => readFileSync(lockFileOf(join(place, 'pibake.yaml')), 'utf8')
function bundleOf(result: PackageChoice) {
  assert.ok('carried' in result && result.carried !== undefined && 'lock' in result.carried, JSON.stringify(result))
  return result.carried
}
const refused = async (asked: Asked, kind: new (...args: never[]) => Error, message: RegExp) => {
  try {
    await ask(asked)
  } catch (error) {
    assert.ok(error instanceof kind, String(error))
    assert.match((error as Error).message, message)
    return error as Error
  }
  throw new Error('it was not refused')
}

inPlace('what the plan needs, what that needs, and security upgrades of what the image has; nothing else', async () => {
  const { lock, debs: files } = bundleOf(await ask())
  assert.equal(
    lock.packages.map(({ name, because }) => `${name} ${because}`),
    [
      'apparmor asked',
      'apt upgrade',
      'fail2ban asked',
      'helper needed',
      'iptables asked',
      'python3-systemd asked',
      'ufw asked',
      'unattended-upgrades asked',
    ],
  )
  assert.is(files.size, lock.packages.length)
  assert.is(lock.asOf, '2026-11-01T00:00:00Z')
  assert.is(lock.packages.find(({ name }) => name === 'ufw')?.uri, `${URI}/pool/ufw_1.0-1_all.deb`)
})

inPlace('full: upgrades of all sources; none: no upgrades', async () => {
  const upgrades = async (firstBoot: string) => {
    const { lock } = bundleOf(await ask({ spec: { updates: { firstBoot } } }))
    return lock.packages.filter(({ because }) => because === 'upgrade').map(({ name }) => name)
  }
  assert.equal(await upgrades('full'), ['apt', 'dpkg'])
  assert.equal(await upgrades('none'), [])
})

inPlace('the same twice; the third time from lock and cache alone, and from the image alone', async () => {
  const first = bundleOf(await ask())
  const lock = lockOf()
  const second = bundleOf(await ask({ mode: 'update' }))
  assert.is(lockOf(), lock)
  const third = bundleOf(await ask({ at: undefined, frozen: true }))
  for (const other of [second, third]) {
    assert.equal(other.lock, first.lock)
    assert.equal(other.index, first.index)
    assert.equal([...other.debs], [...first.debs])
  }
})

inPlace('a lock is kept until it is renewed, whatever the archive has', async () => {
  const before = bundleOf(await ask())
  const newer = emptyDeb('fail2ban', '2.0-1')
  archive.publish('trixie', [...debs, newer, helper, plain])
  assert.equal(bundleOf(await ask()).lock, before.lock)
  const { lock } = bundleOf(await ask({ mode: 'update' }))
  newer.remove()
  assert.is(lock.packages.find(({ name }) => name === 'fail2ban')?.version, '2.0-1')
})

inPlace('a stale lock: made anew; with --frozen refused, each difference named', async () => {
  await ask()
  const spec = { packages: { install: ['nothing-else'] } }
  assert.equal(await ask({ spec, frozen: true }), { exit: 2 })
  assert.match(said, 'not in the lock: packages: nothing-else')
  assert.ok(bundleOf(await ask({ spec })).debs.has('nothing-else_1.0-1_all.deb'))
  assert.equal(await ask({ frozen: true }), { exit: 2 })
})

inPlace('no lock at all with --frozen: refused', async () => {
  assert.equal(await ask({ frozen: true }), { exit: 2 })
})

/** Asks with a package of the owner's own. */
async function askWith(deb: EmptyDeb): Promise<PackageChoice> {
  const target = sample()
  const checked = sound({ ...smallSpec(), updates: { firstBoot: 'none' } })
  const { spec } = checked
  const own = {
    file: 'mine.deb',
    sha256: deb.sha256,
    content: readFileSync(deb.file),
    files: () => new MemoryTree('mine.deb'),
  }
  const withOwn = { ...spec, packages: { ...spec.packages, debs: [own] } }
  const evaluation = compiled({ ...checked, spec: withOwn }, target)
  const io = { ...processIo({ quiet: true }), env: { XDG_CACHE_HOME: join(place, 'cache') } }
  const mirrors = [`${URI}=file:${archive.place}`]
  const options = { mode: 'must', specFile: join(place, 'pibake.yaml'), aptMirror: mirrors } as const
  return choosePackages(io, withOwn, target.root, evaluation, options)
}

inPlace('a package of your own comes with what it needs', async () => {
  const { lock } = bundleOf(await askWith(own))
  const mine = lock.packages.find(({ name }) => name === 'mine')
  assert.equal([mine?.uri, mine?.because], [null, 'asked'])
  assert.ok(lock.packages.some(({ name }) => name === 'helper'))
})

inPlace('refused: a package of your own for another architecture', async () => {
  const foreign = emptyDeb('mine', '1', { Architecture: 'amd64' })
  try {
    await askWith(foreign)
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, 'mine.deb is for amd64, and the image is arm64')
  } finally {
    foreign.remove()
  }
})

inPlace('a name that no source has is a problem of the spec, at its place', async () => {
  const result = await ask({ spec: { packages: { install: ['no-such-thing'] } } })
  assert.ok('problems' in result)
  assert.equal(
    result.problems.map(({ code, path }) => [code, path]),
    [['PKG004', ['packages', 'install', 0]]],
  )
})

inPlace('refused: a package that cannot be installed, in the words of apt that say why', async () => {
  const needy = emptyDeb('needy', '1', { Depends: 'helper (>= 3)' })
  archive.publish('trixie', [...debs, needy, helper])
  needy.remove()
  const spec = { packages: { install: ['needy'] } }
  await refused(
    { spec },
    PackageError,
    /apt could not install .*: needy : Depends: helper \(>= 3\) but 2 is to be installed/,
  )
})

inPlace('refused: an archive that is not signed', async () => {
  archive.publish('trixie', [...debs, helper], { unsigned: true })
  await refused({}, TargetError, /not signed/)
  assert.not(existsSync(lockFileOf(join(place, 'pibake.yaml'))))
})

inPlace('refused: an archive that another key has signed', async () => {
  const other = new Archive()
  try {
    other.publish('trixie', [...debs, helper])
    other.publish('trixie-security', [])
    await refused({ at: other.place }, TargetError, /not signed/)
  } finally {
    other.remove()
  }
})

inPlace('refused: a source that the image trusts without a signature', async () => {
  await refused({ source: `deb [trusted=yes] ${URI} trixie main\n` }, TargetError, /without a signature/)
})

inPlace('refused: a .deb with other bytes than the archive says', async () => {
  writeFileSync(join(archive.place, 'pool/ufw_1.0-1_all.deb'), readFileSync(helper.file))
  await refused({}, PackageError, /not what the lock says/)
})

inPlace('refused: a .deb that was changed in the cache, when there is no network', async () => {
  // A lock of its own: the packages of the last one that was read are kept.
  const spec = { packages: { install: ['nothing-else'] } }
  const { lock } = bundleOf(await ask({ spec }))
  const sha256 = lock.packages[0]?.sha256 ?? ''
  writeFileSync(join(place, 'cache/pibake/debs/sha256', sha256.slice(0, 2), `${sha256}.deb`), 'something else')
  const error = await refused({ spec, at: undefined }, PackageError, /cannot be fetched/)
  assert.ok((error as PackageError).isTemporary)
  bundleOf(await ask({ spec }))
})

inPlace('no archive at all: worth another try; plan goes on without, and says so', async () => {
  const error = await refused({ at: undefined }, PackageError, /package lists cannot be read/)
  assert.ok((error as PackageError).isTemporary)
  const result = await ask({ at: undefined, mode: 'try' })
  assert.ok('carried' in result && result.carried !== undefined && 'unknown' in result.carried)
})

inPlace('a lock that is none is named', async () => {
  writeFileSync(lockFileOf(join(place, 'pibake.yaml')), '{"schema":"pibake.lock/1"}')
  await refused({}, PackageError, /is not a pibake lock file/)
})

inPlace('nothing of this machine shows: an image without packages of its own archive finds none', async () => {
  archive.publish('trixie', [plain])
  const result = await ask({
    spec: { updates: { firstBoot: 'none', unattended: false }, fail2ban: { enabled: false } },
  })
  assert.ok('problems' in result, 'ufw is in the archives of the machine that runs this test, and not in this one')
})

inPlace('archives of a past moment come from a mirror that keeps them, though their time is over', async () => {
  const validUntil = 'Mon, 02 Nov 2026 00:00:00 UTC'
  archive.publish('trixie', [...debs, helper, plain], { validUntil })
  archive.publish('trixie-security', [upgrade], { validUntil })
  symlinkSync(archive.place, join(place, '20261101T000000Z'))
  const spec = { packages: { snapshot: '2026-11-01T00:00:00Z' } }
  const at = `${place}/{snapshot}`
  const { lock } = bundleOf(await ask({ spec, at }))
  assert.is(lock.packages.find(({ name }) => name === 'ufw')?.uri, `${URI}/pool/ufw_1.0-1_all.deb`)
  bundleOf(await ask({ spec, at: undefined, frozen: true }))
  await refused({}, PackageError, /out of date/)
  await refused({ spec, mode: 'update' }, PackageError, /needs an archive of past days/)
})

inPlace('refused: a root partition without room; told: one that has to grow first', async () => {
  await refused({ free: 100 }, SpaceError, /8 packages to be carried, .*: 1 KiB are free/)
  bundleOf(await ask({ free: 100 << 20 }))
})

inPlace('verify finds what an image carries without asking anybody', async () => {
  assert.is(bundleIn(sample().root), undefined)
  const result = await ask({ mode: 'known', at: undefined })
  assert.ok('carried' in result && result.carried !== undefined && 'unknown' in result.carried)
})

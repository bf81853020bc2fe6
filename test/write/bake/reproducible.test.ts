import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { bytewise } from '../../../src/base/order.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { program } from '../../support/cli.ts'
import { type Nodes, plant } from '../../support/plant.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { BASES, makeBases, SPEC } from './support/bases.ts'
import { digestsIn } from './support/digests.ts'

const test = suite('the same bytes')

const NOBODY = 65534
const isRoot = process.getuid?.() === 0

/** Where and how one build runs. */
interface Variation {
  readonly env?: Readonly<Record<string, string>>
  readonly umask?: string
  /** Whether another user builds. */
  readonly isNobody?: boolean
  /** Commands that run the command behind them. */
  readonly through?: readonly string[]
  /** The folder of spec, bases and outputs. */
  readonly folder?: string
  /** Whether names are given from there. */
  readonly isRelative?: boolean
  /** Whether the directories of the mounted target were filled from the last name to the first. */
  readonly isReversed?: boolean
}

const timeZone = { TZ: 'America/New_York' }
const locale = { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }
const home = { HOME: '/nonexistent', USER: 'x', LOGNAME: 'x' }
const node = { NODE_OPTIONS: '--max-old-space-size=700 --enable-source-maps', UV_THREADPOOL_SIZE: '1' }
const compressors = { XZ_OPT: '-0', XZ_DEFAULTS: '--check=crc32', ZSTD_CLEVEL: '19', ZSTD_NBTHREADS: '1', GZIP: '-1' }
const terminal = { TERM: 'xterm-256color', COLUMNS: '40', FORCE_COLOR: '3' }

/** All at once comes first: it tells whether there is a difference, the others tell where it comes from. */
const VARIATIONS: Readonly<Record<string, Variation>> = {
  'all at once, but for the user': {
    env: { ...timeZone, ...locale, ...home, ...node, ...compressors, ...terminal },
    umask: '077',
    through: ['faketime', '2031-05-05 05:05:05', 'taskset', '--cpu-list', '0'],
    folder: 'möbel und mehr',
    isRelative: true,
    isReversed: true,
  },
  'another user': { isNobody: true },
  'the same once more': {},
  'another time zone': { env: timeZone },
  'a time zone beyond the date line': { env: { TZ: 'Pacific/Kiritimati' } },
  'another locale': { env: locale },
  'the locale C': { env: { LANG: 'C', LC_ALL: 'C' } },
  'a strict umask': { umask: '077' },
  'an open umask': { umask: '000' },
  'another folder': { folder: 'a/b c/d' },
  'relative names': { isRelative: true },
  'another order in directories': { isReversed: true },
  'one core': { through: ['taskset', '--cpu-list', '0'] },
  'a clock that is ahead': { through: ['faketime', '2031-05-05 05:05:05'] },
  'a clock that is behind': { through: ['faketime', '2001-02-03 04:05:06'] },
  'another home': { env: home },
  'other options of Node.js': { env: node },
  'settings of the compressors': { env: compressors },
  'another terminal': { env: terminal },
  'a low priority, few files': { through: ['nice', '-n', '10', 'prlimit', '--nofile=256'] },
}

/** `PIBAKE_VARIATIONS=20` for all of them. */
const variations = Object.entries(VARIATIONS).slice(0, Number(process.env.PIBAKE_VARIATIONS ?? 1))

const BAKES = [
  ['base.img', 'raw.img'],
  ['base.img', 'packed.img.xz'],
  ['base.img', 'packed.img.zst'],
  ['base.img', 'packed.img.gz'],
  ['base.img.xz', 'spliced.img.xz'],
  ['base.tar', 'raw.tar'],
  ['base.tar', 'packed.tar.xz'],
] as const

/** Makes every kind of output. @returns the digest of each file */
function build(work: string, bases: string, variation: Variation): Record<string, string> {
  const { env, umask = '022', isNobody = false, through = [], folder = 'plain', isRelative, isReversed } = variation
  const place = join(work, folder)
  const out = join(place, 'out')
  mkdirSync(out, { recursive: true })
  for (const name of [SPEC, ...BASES]) cpSync(join(bases, name), join(place, name))
  if (isNobody) chownSync(out, NOBODY, NOBODY)
  const at = (name: string) => (isRelative === true ? name : join(place, name))
  const pibake = (...args: string[]) => {
    const command = [...through, process.execPath, program, ...args]
    const { status, stderr, error } = spawnSync('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...command], {
      cwd: isRelative === true ? place : '/',
      env: { ...process.env, SOURCE_DATE_EPOCH: '1790000000', ...env },
      encoding: 'utf8',
      ...(isNobody ? { uid: NOBODY, gid: NOBODY } : {}),
    })
    if (error !== undefined) throw error
    assert.is(status, 0, stderr)
  }
  for (const [base, name] of BAKES) pibake('bake', at(SPEC), at(base), '-o', at(join('out', name)))
  // The shadow file of a mounted card is for root alone to read.
  if (isRoot && !isNobody) {
    const { boot, root } = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    plantIn(join(place, 'boot'), boot, isReversed)
    plantIn(join(place, 'root'), root, isReversed)
    const target = ['--boot', at('boot'), '--root', at('root')]
    pibake('apply', at(SPEC), ...target, '--overlay', at('out/overlay.tar'))
  }
  return digestsIn(out)
}

/** On a tmpfs the names of a directory come in the order they were made in, or the other way round. */
function plantIn(directory: string, tree: MemoryTree, isReversed = false): void {
  mkdirSync(directory)
  const nodes = [...tree.nodes].filter(([path]) => path !== '/').sort(([a], [b]) => bytewise(a, b))
  const directories: Nodes = nodes.filter(([, { kind }]) => kind === 'directory')
  const others: Nodes = nodes.filter(([, { kind }]) => kind !== 'directory')
  plant(directory, directories)
  for (const node of isReversed ? others.toReversed() : others) plant(directory, [node])
}

test(`${variations.length} builds under other circumstances are equal to the first, of every kind of output`, () =>
  inWorkdir(async (work) => {
    chmodSync(work, 0o755)
    const bases = join(work, 'bases')
    mkdirSync(bases)
    await makeBases(bases)
    const first = build(join(work, 'first'), bases, {})
    for (const [index, [name, variation]] of variations.entries()) {
      const made = build(join(work, String(index)), bases, variation)
      const wanted = variation.isNobody === true ? { ...first, 'overlay.tar': undefined } : first
      assert.equal({ ...(variation.isNobody === true && { 'overlay.tar': undefined }), ...made }, wanted, name)
      if (variations.length > 1) console.log(`${name}: ${Object.keys(made).length} files are the same`)
    }
  }))

/**
 * What pibake needs for images of the size of Raspberry Pi OS Lite, beside what else does the same work and beside the
 * floor: `npm run bench -- [--runs N] [--rows NAME,…]`. As root; see bench/README.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../src/base/host/assets.ts'
import { encodeFromFile } from '../src/storage/archive/encode.ts'
import { audit, auditPacked } from './audit.ts'
import { planOfCrowd } from './crowd.ts'
import { flash } from './flash.ts'
import type { Goal } from './goal.ts'
import { inPlace } from './in-place.ts'
import { copyLarge, inPlaceLarge } from './large.ts'
import { type Contender, type Missing, machine, race } from './measure.ts'
import { debugfsScript } from './peers/debugfs.ts'
import { Place } from './place.ts'
import { reflinks } from './reflinks.ts'
import { type MeasuredRow, report } from './report.ts'
import { stage } from './work.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, rows: { type: 'string' } } })
const runs = Number(values.runs)
const wanted = values.rows?.split(',')

const place = new Place()
process.once('exit', () => place.remove())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const { images, spec } = place
const at = (name: string) => place.at(name)
const drop = (...names: string[]) => place.drop(...names)
const bake = (from: string, to: string, ...more: string[]) => place.pibake('bake', spec, from, '-o', to, ...more)
const sh = (script: string, ...args: string[]) => ['sh', '-euc', script, 'sh', ...args]

interface Row {
  readonly name: string
  /** What the first contender is held to. */
  readonly goals: readonly Goal[]
  readonly contenders: () => readonly (Contender | Missing)[] | Promise<readonly (Contender | Missing)[]>
}

const plain = ['--no-checksums', '--trust-base'] as const
const rows: readonly Row[] = [
  {
    name: 'in place',
    goals: [
      { ratio: 1.5, of: 'debugfs + mtools, synced and read back' },
      { ratio: 1 / 15, of: 'balena-image-fs' },
      { megabytes: 120 },
    ],
    contenders: () => inPlace(place),
  },
  { name: 'in place on a whole card', goals: [{ megabytes: 120 }], contenders: () => inPlaceLarge(place) },
  {
    name: 'plan of 20000 accounts',
    goals: [{ seconds: 3 }, { megabytes: 300 }],
    contenders: () => planOfCrowd(place),
  },
  { name: 'audit of an .img', goals: [{ seconds: 2 }, { megabytes: 150 }], contenders: () => audit(place) },
  {
    name: 'audit of an .img.xz',
    goals: [{ ratio: 0.5, of: 'xz -dc -T0' }],
    contenders: () => auditPacked(place),
  },
  {
    name: '.img to .img',
    goals: [{ ratio: 1.3, of: 'cp --sparse=always' }],
    contenders: () => [
      {
        name: 'pibake bake, no checksums',
        command: bake(images.img, at('a.img'), ...plain),
        before: () => drop('a.img'),
      },
      { name: 'pibake bake', command: bake(images.img, at('b.img')), before: () => drop('b.img') },
      {
        name: 'cp --sparse=always, sync',
        command: sh('cp --sparse=always --reflink=never "$1" "$2"; sync "$2"', images.img, at('c.img')),
        before: () => drop('c.img'),
      },
      {
        name: 'cp --sparse=always',
        command: ['cp', '--sparse=always', '--reflink=never', images.img, at('d.img')],
        before: () => drop('d.img'),
      },
    ],
  },
  {
    name: '.img to .img on a whole card',
    goals: [{ ratio: 1.3, of: 'cp --sparse=always, sync' }],
    contenders: () => copyLarge(place),
  },
  { name: '.img to .img by reflinks', goals: [{ seconds: 0.3 }], contenders: () => reflinks(place) },
  {
    name: '.img.xz to .img',
    goals: [{ ratio: 1.05, of: 'xz -dc -T0' }],
    contenders: () => [
      {
        name: 'pibake bake, no checksums',
        command: bake(images.xz, at('e.img'), ...plain),
        before: () => drop('e.img'),
      },
      { name: 'xz -dc -T0', command: sh('xz -dc -T0 "$1" >"$2"', images.xz, at('f.img')), before: () => drop('f.img') },
    ],
  },
  {
    name: '.img.xz to a card',
    goals: [
      { ratio: 0.6, of: 'xz -dc | dd conv=fsync, cmp' },
      { ratio: 1.05, of: 'bmaptool copy, cmp' },
    ],
    contenders: () => flash(place),
  },
  {
    name: '.img.xz to .img.xz',
    goals: [
      { ratio: 0.1, of: 'xz -dc, debugfs + mtools, xz -T0 -6' },
      { megabytes: 400 },
      { bytes: 1.01, of: 'xz -dc, debugfs + mtools, xz -T0 -6' },
    ],
    contenders: async () => [
      {
        name: 'pibake bake, no checksums',
        command: bake(images.xz, at('g.img.xz'), ...plain),
        before: () => drop('g.img.xz'),
        output: at('g.img.xz'),
      },
      { name: 'pibake bake', command: bake(images.xz, at('h.img.xz')), before: () => drop('h.img.xz') },
      {
        name: 'xz -dc, debugfs + mtools, xz -T0 -6',
        command: sh(
          'xz -dc -T0 "$1" >"$2"; sh "$3"; xz -T0 -6 -c "$2" >"$4"',
          images.xz,
          at('peer.img'),
          debugfsScript(await stage(spec, images.img, place.folder), at('peer.img')),
          at('i.img.xz'),
        ),
        before: () => drop('peer.img', 'i.img.xz'),
        output: at('i.img.xz'),
        runs: 1,
      },
    ],
  },
  {
    name: '.img to .img.zst',
    goals: [{ ratio: 1.3, of: 'zstd -3 -T0' }],
    contenders: () => [
      {
        name: 'pibake bake, no checksums',
        command: bake(images.img, at('q.img.zst'), ...plain),
        before: () => drop('q.img.zst'),
        output: at('q.img.zst'),
      },
      {
        name: 'zstd -3 -T0',
        command: ['zstd', '-q', '-3', '-T0', images.img, '-o', at('r.img.zst')],
        before: () => drop('r.img.zst'),
        output: at('r.img.zst'),
      },
    ],
  },
  {
    name: '.img.zst to .img.zst',
    // With Node's own zstd, from 22.15 on, 1.5.
    goals: [{ ratio: 2, of: 'cp, sync' }],
    contenders: async () => {
      // In frames, as pibake writes it.
      await encodeFromFile(images.img, at('j.img.zst'), 'zst')
      return [
        {
          name: 'pibake bake, no checksums',
          command: bake(at('j.img.zst'), at('k.img.zst'), ...plain),
          before: () => drop('k.img.zst'),
        },
        {
          name: 'cp',
          command: ['cp', '--reflink=never', at('j.img.zst'), at('l.img.zst')],
          before: () => drop('l.img.zst'),
        },
        {
          name: 'cp, sync',
          command: sh('cp --reflink=never "$1" "$2"; sync "$2"', at('j.img.zst'), at('o.img.zst')),
          before: () => drop('o.img.zst'),
        },
      ]
    },
  },
  {
    name: '.tar to .tar',
    goals: [{ ratio: 1.15, of: 'cp, sync' }],
    contenders: () => [
      {
        name: 'pibake bake, no checksums',
        command: bake(images.tar, at('m.tar'), ...plain),
        before: () => drop('m.tar'),
      },
      { name: 'cp', command: ['cp', '--reflink=never', images.tar, at('n.tar')], before: () => drop('n.tar') },
      {
        name: 'cp, sync',
        command: sh('cp --reflink=never "$1" "$2"; sync "$2"', images.tar, at('p.tar')),
        before: () => drop('p.tar'),
      },
    ],
  },
]

const about = machine()
const file = join(packageRoot, 'bench/results', `images-${about.date}`)
/** A row that is measured again takes the place of what the same day had. */
let measured: MeasuredRow[] = existsSync(`${file}.json`) ? JSON.parse(readFileSync(`${file}.json`, 'utf8')).rows : []
const order = rows.map(({ name }) => name)
for (const name of wanted ?? []) {
  if (!order.includes(name)) throw new Error(`there is no row '${name}': ${order.join(', ')}`)
}
for (const { name, goals, contenders } of rows) {
  if (wanted !== undefined && !wanted.includes(name)) continue
  const row = { name, goals, results: race(await contenders(), runs, place.folder) }
  measured = [...measured.filter((other) => other.name !== name), row]
  measured.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  mkdirSync(join(packageRoot, 'bench/results'), { recursive: true })
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...about, rows: measured }, null, 2)}\n`)
  writeFileSync(`${file}.md`, report(about, measured))
}

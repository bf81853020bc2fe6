/**
 * What pibake needs for images of the size of Raspberry Pi OS Lite, beside what else does the same work and beside the
 * floor: `npm run bench -- [--runs N] [--rows NAME,…]`. As root; see bench/README.md.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../src/assets.ts'
import { run } from '../test/device/support/run.ts'
import { base } from './base.ts'
import { type Contender, machine, median, type Result, race } from './measure.ts'
import { debugfsScript, workOf } from './peers.ts'

const MIB = 1024 * 1024
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, rows: { type: 'string' } } })
const runs = Number(values.runs)
const wanted = values.rows?.split(',')

const images = base()
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-bench')
const work = mkdtempSync(join(cache, 'work-'))
process.once('exit', () => rmSync(work, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const at = (name: string) => join(work, name)
const spec = at('kit.yaml')
mkdirSync(at('keys'))
for (const name of ['alice', 'bob'])
  copyFileSync(join(packageRoot, `examples/keys/${name}.pub`), at(`keys/${name}.pub`))
// Without carried packages: the same plan on every machine, network or not.
writeFileSync(spec, `${run(['cat', join(packageRoot, 'examples/kit.yaml')])}packages: { bundle: false }\n`)

const pibake = (...args: string[]) => [process.execPath, join(packageRoot, 'dist/cli/main.js'), ...args, '--quiet']
const bake = (from: string, to: string, ...more: string[]) => pibake('bake', spec, from, '-o', to, ...more)
const sh = (script: string, ...args: string[]) => ['sh', '-euc', script, 'sh', ...args]
const drop = (...names: string[]) => rmAll(names)
const fresh = (name: string) => {
  drop(name)
  run(['cp', '--sparse=always', '--reflink=never', images.img, at(name)])
  run(['sync', at(name)])
}

/** @throws Error when the image is not as the spec says: debugfs ends with 0 whatever happens */
function verified(name: string): void {
  run(pibake('verify', spec, '--image', at(name)))
}

function rmAll(names: readonly string[]): void {
  for (const name of names) rmSync(at(name), { force: true })
}

/** Goal: pibake's median over the floor's, at most. */
interface Row {
  readonly name: string
  readonly goal: string
  readonly runs?: number
  readonly contenders: () => readonly Contender[]
}

const plain = '--no-checksums'
const rows: readonly Row[] = [
  {
    name: 'in place',
    goal: 'at most 1.5 × debugfs + mtools; at most 120 MB',
    contenders: () => {
      const script = debugfsScript(workOf(spec, images.img), work, at('peer.img'), 520 * MIB, 8 * MIB)
      return [
        {
          name: 'pibake apply --image, read back',
          command: pibake('apply', spec, '--image', at('own.img')),
          before: () => fresh('own.img'),
          check: () => verified('own.img'),
        },
        {
          name: 'debugfs + mtools, not read back',
          command: ['sh', script],
          before: () => fresh('peer.img'),
          check: () => verified('peer.img'),
        },
        { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
      ]
    },
  },
  {
    name: '.img to .img',
    goal: 'at most 1.3 × cp --sparse=always',
    contenders: () => [
      { name: 'pibake bake, no checksums', command: bake(images.img, at('a.img'), plain), before: () => drop('a.img') },
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
    name: '.img.xz to .img',
    goal: 'at most 1.05 × xz -dc -T0',
    contenders: () => [
      { name: 'pibake bake, no checksums', command: bake(images.xz, at('e.img'), plain), before: () => drop('e.img') },
      { name: 'xz -dc -T0', command: sh('xz -dc -T0 "$1" >"$2"', images.xz, at('f.img')), before: () => drop('f.img') },
    ],
  },
  {
    name: '.img.xz to .img.xz',
    goal: 'at most 0.10 × unpacking, editing and packing; at most 400 MB',
    contenders: () => [
      {
        name: 'pibake bake, no checksums',
        command: bake(images.xz, at('g.img.xz'), plain),
        before: () => drop('g.img.xz'),
      },
      { name: 'pibake bake', command: bake(images.xz, at('h.img.xz')), before: () => drop('h.img.xz') },
    ],
  },
  {
    name: '.img.xz to .img.xz, the long way',
    goal: 'what the row above is held against',
    runs: 1,
    contenders: () => [
      {
        name: 'xz -dc, debugfs + mtools, xz -T0 -6',
        command: sh(
          'xz -dc -T0 "$1" >"$2"; sh "$3"; xz -T0 -6 -c "$2" >"$4"',
          images.xz,
          at('peer.img'),
          debugfsScript(workOf(spec, images.img), work, at('peer.img'), 520 * MIB, 8 * MIB),
          at('i.img.xz'),
        ),
        before: () => drop('peer.img', 'i.img.xz'),
      },
    ],
  },
  {
    name: '.img.zst to .img.zst',
    goal: 'at most 1.5 × cp of the archive',
    contenders: () => {
      if (!existsSync(at('j.img.zst'))) run(bake(images.img, at('j.img.zst'), plain), { timeout: 600 })
      return [
        {
          name: 'pibake bake, no checksums',
          // Another host name: the edit is made again.
          command: bake(at('j.img.zst'), at('k.img.zst'), plain),
          before: () => drop('k.img.zst'),
        },
        {
          name: 'cp',
          command: ['cp', '--reflink=never', at('j.img.zst'), at('l.img.zst')],
          before: () => drop('l.img.zst'),
        },
      ]
    },
  },
  {
    name: '.tar to .tar',
    goal: 'at most 2 × cp',
    contenders: () => [
      { name: 'pibake bake, no checksums', command: bake(images.tar, at('m.tar'), plain), before: () => drop('m.tar') },
      { name: 'cp', command: ['cp', '--reflink=never', images.tar, at('n.tar')], before: () => drop('n.tar') },
    ],
  },
]

const about = machine()
const file = join(packageRoot, 'bench/results', `images-${about.date}`)
/** A row that is measured again takes the place of what the same day had. */
let results: { name: string; goal: string; results: readonly Result[] }[] = existsSync(`${file}.json`)
  ? JSON.parse(readFileSync(`${file}.json`, 'utf8')).rows
  : []
for (const row of rows) {
  if (wanted !== undefined && !wanted.includes(row.name)) continue
  const measured = { name: row.name, goal: row.goal, results: race(row.contenders(), row.runs ?? runs, work) }
  const order = rows.map(({ name }) => name)
  results = [...results.filter(({ name }) => name !== row.name), measured]
  results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  mkdirSync(join(packageRoot, 'bench/results'), { recursive: true })
  writeFileSync(`${file}.json`, `${JSON.stringify({ ...about, rows: results }, null, 2)}\n`)
  writeFileSync(`${file}.md`, report())
}

function report(): string {
  const lines = [
    `# Images, ${about.date}`,
    '',
    `${about.processor}, ${about.cores} cores, ${about.memoryGiB} GiB, Linux ${about.kernel}, Node.js ${about.node}. Medians; raw runs in the`,
    'JSON file beside this one. Every run is a whole process.',
    '',
    '| work | goal | by | runs | s | CPU s | MB |',
    '|---|---|---|---|---|---|---|',
  ]
  for (const { name, goal, results: contenders } of results) {
    for (const { name: by, samples } of contenders) {
      const of = (key: 'wall' | 'cpu' | 'rss') => median(samples.map((sample) => sample[key]))
      const numbers = [of('wall').toFixed(2), of('cpu').toFixed(2), (of('rss') / 1024).toFixed(0)]
      lines.push(`| ${name} | ${goal} | ${by} | ${samples.length} | ${numbers.join(' | ')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

/**
 * The long runs of the random tests, the faults and the kills: `npm run test:long -- [WORD …]`, those whose switch or test
 * has one of the words. As root; see docs/testing.md.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machine } from '../../bench/measure.ts'
import { packageRoot } from '../../src/base/host/assets.ts'
import { fuzzedReaders } from '../fuzz/readers/index.ts'

/** The switch that makes it long, and words of the test files. What takes long goes in pieces, each from its own seed on. */
const RUNS: readonly (readonly [settings: Readonly<Record<string, string | number>>, tests: string])[] = [
  [{ PIBAKE_FAULTS: 20 }, 'bake/faults'],
  [{ PIBAKE_VARIATIONS: 20 }, 'bake/reproducible'],
  [{ PIBAKE_KILLS: 200 }, 'bake/killed'],
  [{ PIBAKE_KILLS: 200 }, 'image/redo'],
  [{ PIBAKE_FLASH_FAULTS: 2000 }, 'flash/faults'],
  [{ PIBAKE_KILLS: 100 }, 'system/flash'],
  [{ PIBAKE_FLEET_KILLS: 200 }, 'cli/fleet'],
  [{ PIBAKE_FLEET_KILLS: 200, PIBAKE_DELTAS: 200 }, 'cli/delta'],
  [{ PIBAKE_SLURM: 10_000 }, 'system/slurm'],
  [{ PIBAKE_SPLICES: 30 }, 'archive/splice'],
  [{ PIBAKE_TAR_TREES: 300 }, 'tar/random'],
  [{ PIBAKE_EXT4_DAMAGE: 2000 }, 'ext4/damage'],
  [{ PIBAKE_FAT_FUZZ: 1000, PIBAKE_FAT_BITS: 32 }, 'storage/fat/'],
  [{ PIBAKE_KERNEL_FUZZ: 20 }, 'system/ext4-kernel'],
  [{ PIBAKE_JOURNALS: 5 }, 'system/ext4-journal'],
  [{ PIBAKE_JOURNAL_DAMAGE: 200 }, 'ext4/journal'],
  ...Array.from(
    { length: 6 },
    (_, i) => [{ PIBAKE_FAT_FUZZ: 500, PIBAKE_FAT_FUZZ_SEED: i * 500, PIBAKE_FAT_BITS: 16 }, 'fat/fuzz'] as const,
  ),
  ...Array.from(
    { length: 6 },
    (_, i) => [{ PIBAKE_EXT4_FUZZ: 500, PIBAKE_EXT4_FUZZ_SEED: i * 500 }, 'ext4/fuzz'] as const,
  ),
  ...fuzzedReaders.map(({ name }) => [{ PIBAKE_FUZZ: 100_000, PIBAKE_FUZZ_READER: name }, 'fuzz/readers'] as const),
]

const words = process.argv.slice(2)
const date = new Date().toISOString().slice(0, 10)
const program = fileURLToPath(new URL('../run.js', import.meta.url))
const place = join(packageRoot, 'test/long/results')
mkdirSync(place, { recursive: true })
const { processor, cores, memoryGiB, kernel, node } = machine()
const file = join(place, `${date}.txt`)
const head = `Long runs of ${date}\n${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node.js ${node}\n\n`
/** Of the same day: what each machine has run. */
const machines = existsSync(file) ? readFileSync(file, 'utf8').split(/\n(?=Long runs of )/) : []
const others = machines.filter((text) => !text.startsWith(head))
/** A run that is made again takes the place of what this machine had. */
let lines: readonly string[] = machines
  .filter((text) => text.startsWith(head))
  .flatMap((text) => text.slice(head.length).trimEnd().split('\n'))

for (const [settings, tests] of RUNS) {
  const name = `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')} ${tests}`
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue
  // In memory where there is room: what is tried is written again and again.
  const work = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'pibake-long-'))
  const started = performance.now()
  const { status, stdout } = spawnSync(process.execPath, [program, tests], {
    env: { ...process.env, ...Object.fromEntries(Object.entries(settings).map(([k, v]) => [k, `${v}`])), TMPDIR: work },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  })
  rmSync(work, { recursive: true, force: true })
  const seconds = Math.round((performance.now() - started) / 1000)
  if (status !== 0) {
    process.exitCode = 1
    process.stderr.write(stdout)
  }
  // The first line of a file's output stands behind the file's name.
  const told = stdout.match(/\b\d+ (sequences\b|journals: |inputs of ).*|^\d+ passed, \d+ failed$/gm) ?? []
  const line = `${name}: ${told.join('; ')}; ${seconds} s, load ${loadavg()[0]?.toFixed(1)}`
  lines = [...lines.filter((other) => !other.startsWith(`${name}: `)), line]
  console.log(line)
  writeFileSync(file, [...others, `${head}${lines.join('\n')}\n`].join('\n'))
}

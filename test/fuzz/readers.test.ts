import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { type Failure, fuzz, type Outcome } from './harness.ts'
import { fuzzedReaders } from './readers/index.ts'

const test = suite('readers of what others wrote')

/** Inputs for each reader; `PIBAKE_FUZZ=100000` for a long run, `PIBAKE_FUZZ_READER=NAME,NAME` for some of them. */
const inputs = Number(process.env.PIBAKE_FUZZ ?? 300)
const seed = Number(process.env.PIBAKE_FUZZ_SEED ?? 1)
const wanted = process.env.PIBAKE_FUZZ_READER?.split(',')
/** What a reader gets in a short run: it is one of many tests there. */
const milliseconds = process.env.PIBAKE_FUZZ === undefined ? 100 : Number(process.env.PIBAKE_FUZZ_SECONDS ?? 840) * 1000
/** MiB that this process may have had at most, with all readers and their seeds. */
const MOST_MEMORY = 1024

const CORPUS = join(packageRoot, 'test/fuzz/corpus')
const folderOf = (reader: string) => join(CORPUS, reader.replace(/\W+/g, '-'))
const readers = fuzzedReaders.filter(({ name }) => wanted?.includes(name) ?? true)

/** Where an input is kept that a reader failed with: as long as the file is there, every run tries it. */
function kept(reader: string, { index, input, what }: Failure): string {
  mkdirSync(folderOf(reader), { recursive: true })
  const file = join(folderOf(reader), `${seed}-${index}.gz`)
  writeFileSync(file, gzipSync(input))
  return `input ${index} of ${reader} with the seed ${seed}, kept as ${file}: ${what}`
}

function lineOf({ reader, inputs: read, seconds, slowest, refused }: Outcome): string {
  const memory = Math.round(process.resourceUsage().maxRSS / 1024)
  return `${read} inputs of ${reader} (seed ${seed}): ${refused} refused, ${seconds.toFixed(0)} s, slowest ${slowest.toFixed(0)} ms, ${memory} MiB`
}

test(`${inputs} changed inputs for each of ${readers.length} readers`, () =>
  inWorkdir(async (folder) => {
    assert.ok(readers.length > 0, `there is a reader ${wanted}`)
    const failures: string[] = []
    const outcomes: Outcome[] = []
    const names = readers.map(({ name }) => ({ name }))
    await fuzz({ readers: names, seed, inputs, milliseconds, folder }, (outcome) => {
      outcomes.push(outcome)
      if (process.env.PIBAKE_FUZZ !== undefined) console.log(lineOf(outcome))
      failures.push(...outcome.failures.map((failure) => kept(outcome.reader, failure)))
    })
    assert.is(failures.join('\n'), '')
    assert.equal(
      outcomes.map(({ reader }) => reader),
      readers.map(({ name }) => name),
    )
    assert.ok(
      outcomes.every(({ inputs: read }) => read > 0),
      'each reader got inputs',
    )
    const memory = process.resourceUsage().maxRSS / 1024
    assert.ok(memory < MOST_MEMORY, `${memory} MiB`)
  }))

test('inputs with which a reader failed once', () =>
  inWorkdir(async (folder) => {
    const given = readers.flatMap(({ name }) => {
      const place = folderOf(name)
      if (!existsSync(place)) return []
      const files = readdirSync(place).map((file) => gunzipSync(readFileSync(join(place, file))))
      return [{ name, given: files }]
    })
    const failures: string[] = []
    await fuzz({ readers: given, seed, inputs: 0, milliseconds: 600_000, folder }, (outcome) => {
      failures.push(...outcome.failures.map(({ what }) => `${outcome.reader}: ${what}`))
    })
    assert.is(failures.join('\n'), '')
  }))

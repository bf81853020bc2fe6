import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** How long each test file took when it last passed on this machine, in seconds. */
export type Durations = Readonly<Record<string, number>>

/** Real systems are slow: on a machine that has not run them yet they come first. */
const GUESS = { system: 60, other: 2 }
/** The longest of all; the run is as long as it when it starts last. */
const KNOWN: Durations = { 'system/first-boot-kills.test.js': 300, 'storage/ext4/fuzz.test.js': 120 }

const store = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-test', 'durations.json')

export function readDurations(): Durations {
  return existsSync(store) ? (JSON.parse(readFileSync(store, 'utf8')) as Durations) : {}
}

export function writeDurations(durations: Durations): void {
  mkdirSync(dirname(store), { recursive: true })
  writeFileSync(store, `${JSON.stringify(durations, null, 2)}\n`)
}

/** The slowest first, so that no core waits for one that was begun last. */
export function slowestFirst(files: readonly string[], durations: Durations): string[] {
  const expected = (file: string) =>
    durations[file] ?? KNOWN[file] ?? (file.startsWith('system/') ? GUESS.system : GUESS.other)
  return [...files].sort((a, b) => expected(b) - expected(a))
}

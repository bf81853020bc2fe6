import { visible } from '../base/encode/visible.ts'
import { isLocked, type KeySource, type LockedKeys } from '../core/spec-file/key-sources.ts'
import { fetchKeys } from '../write/keys/fetch-keys.ts'
import { parseMirrors } from '../write/packages/mirrors.ts'
import { today } from './clock.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson, say } from './io.ts'
import { loadSpec } from './load-spec.ts'
import { lockFileOf, readLock, writeLock } from './lock-file.ts'
import type { SpecOptions } from './spec-options.ts'
import { assertSpec } from './swapped.ts'

interface KeyLockOptions extends SpecOptions {
  readonly frozen?: boolean
  /** What is locked already is fetched anew. */
  readonly update?: boolean
  readonly keyMirror?: readonly string[]
}

/**
 * Writes down the keys of the network that a spec names: those that the lock does not hold are fetched, and what it holds
 * of others goes. A spec with other errors is left to who prints them.
 *
 * @returns the exit code with which to end; undefined: the lock holds what the spec wants
 * @throws Interrupted, KeyError when keys cannot be fetched
 */
export async function lockKeys(
  io: Io,
  specFile: string,
  options: KeyLockOptions,
  signal: AbortSignal,
): Promise<ExitCode | undefined> {
  assertSpec(specFile)
  const { keySources, problems } = loadSpec(specFile, { ...options, mayAsk: io.interactive }, today(io.env))
  if (problems.some(({ severity, code, lockout }) => severity === 'error' && code !== 'KEY011' && lockout !== true)) {
    return undefined
  }
  const before = readLock(specFile)
  const wanted = [...new Map(keySources.map((source) => [source.name, source])).values()]
  const lockedOf = ({ name }: KeySource) => before.keys.find(({ source }) => source === name)
  const missing = wanted.filter((source) => !isLocked(lockedOf(source), source))
  const stale = before.keys.filter(({ source }) => wanted.every(({ name }) => name !== source))
  const differences = [
    ...missing.map(({ name }) => `not in the lock: authorizedKeys: ${name}`),
    ...stale.map(({ source }) => `only in the lock: authorizedKeys: ${source}`),
  ]
  if (options.frozen === true && differences.length > 0) return refused(io, specFile, differences)
  const fetched = options.update === true ? wanted : missing
  if (fetched.length === 0 && stale.length === 0) return undefined
  const inherited = (io.env.PIBAKE_KEY_MIRROR ?? '').split(/\s+/).filter((word) => word !== '')
  const mirrors = parseMirrors([...(options.keyMirror ?? []), ...inherited])
  const fresh = new Map<string, LockedKeys>()
  for (const source of fetched) {
    const { locked, passedOver } = await fetchKeys(source, mirrors, signal)
    fresh.set(source.name, locked)
    for (const line of changes(lockedOf(source), locked)) say(io, visible(line))
    for (const line of passedOver) say(io, visible(`warning: ${source.name}: ${line}; it is passed over`))
  }
  const keys = wanted.flatMap((source) => fresh.get(source.name) ?? lockedOf(source) ?? [])
  writeLock(specFile, { ...before, keys })
  say(io, `wrote ${lockFileOf(specFile)}`)
  return undefined
}

/** A key a line: what comes, and what goes. */
function changes(old: LockedKeys | undefined, now: LockedKeys): string[] {
  const isIn = (keys: LockedKeys['keys'], fingerprint: string) => keys.some((key) => key.fingerprint === fingerprint)
  const type = (line: string) => line.split(' ')[0]
  return [
    ...now.keys
      .filter(({ fingerprint }) => !isIn(old?.keys ?? [], fingerprint))
      .map(({ fingerprint, line }) => `${now.source}: + ${fingerprint} (${type(line)})`),
    ...(old?.keys ?? [])
      .filter(({ fingerprint }) => !isIn(now.keys, fingerprint))
      .map(({ fingerprint, line }) => `${now.source}: - ${fingerprint} (${type(line)})`),
  ]
}

function refused(io: Io, specFile: string, differences: readonly string[]): ExitCode {
  const message = `${lockFileOf(specFile)} does not hold the keys that the spec names`
  io.stderr.write(`pibake: ${visible(message)}:\n`)
  for (const line of differences) io.stderr.write(`  ${visible(line)}\n`)
  io.stderr.write('  hint: pibake lock without --frozen fetches them\n')
  if (io.json) printJson(io, { schema: 'pibake.failure/1', exit: EXIT.usage, message, differences })
  return EXIT.usage
}

import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, realpathSync, type Stats } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { utf8 } from '../base/host/bytes.ts'
import type { Placed } from '../base/report/print.ts'
import { type ParsedSpec, specParser } from '../core/check/parse.ts'
import type { Device } from '../core/spec-file/device-values.ts'
import { type Excerpt, excerptOf } from '../core/spec-file/excerpt.ts'
import type { LockedKeys } from '../core/spec-file/key-sources.ts'
import type { Asked, Referenced } from '../core/spec-file/referenced-files.ts'
import { filesOfDeb } from '../write/packages/deb-files.ts'
import { askForSecret } from './ask-for-secret.ts'
import { signatureFault } from './gpgv.ts'
import { readLock } from './lock-file.ts'
import type { SpecOptions } from './spec-options.ts'

/** Files that a spec names may be this large; what is larger belongs into a package. */
const MAX_REFERENCED = 64 << 20

export interface LoadedSpec extends ParsedSpec {
  /** The line of the spec that a problem is about, without secrets; undefined: there is nothing that can be shown. */
  readonly excerpt: (problem: Placed) => Excerpt | undefined
}

interface LoadOptions extends SpecOptions {
  /** Whether a program that prints a secret may ask its user for something. */
  readonly mayAsk?: boolean
  /** What the spec says, in place of what is in its file; the file need not be there, and has no lock beside it. */
  readonly text?: string
}

/**
 * Reads the spec `file` and the files it names, relative to its folder.
 *
 * @param today `YYYY-MM-DD`, against which ends of accounts and keys are judged; without it they are not
 */
export function loadSpec(file: string, options: LoadOptions = {}, today?: string): LoadedSpec {
  return specLoader(file, options, today)(undefined)
}

/** {@link loadSpec} for many devices of an inventory: the spec itself is read once. */
export function specLoader(
  file: string,
  { confine = false, mayAsk = false, text }: LoadOptions,
  today?: string,
): (device: Device | undefined) => LoadedSpec {
  const folder = dirname(resolve(file))
  const within = confine ? folder : undefined
  const spec = text === undefined ? readReferenced(file, within) : { bytes: utf8(text), readByAll: false }
  if ('failure' in spec) return () => unreadable(file, spec.failure)
  const read = (path: string, from: string) => readReferenced(resolve(dirname(resolve(from)), path), within)
  const ask = (source: Asked, from: string) => askForSecret(source, dirname(resolve(from)), mayAsk)
  // Read when the spec first asks for it.
  let locked: readonly LockedKeys[] | undefined
  const lockedKeys = (source: string) => {
    if (text !== undefined) return undefined
    locked ??= readLock(file).keys
    return locked.find((one) => one.source === source)
  }
  const machine = { read, verify: signatureFault, unpack: filesOfDeb, ask, lockedKeys }
  const host = { ...machine, isSpecReadByAll: spec.readByAll, isConfined: confine }
  const parser = specParser(spec.bytes, file, host, today)
  return (device) => withExcerpts(parser(device))
}

function unreadable(file: string, failure: string): LoadedSpec {
  const position = { file, line: 1, column: 1 }
  const message = `the spec cannot be read: ${failure}`
  const problem = { severity: 'error', code: 'SPC007', path: [], message, position } as const
  return {
    spec: undefined,
    problems: [problem],
    locate: () => position,
    excerpt: () => undefined,
    digest: '',
    keySources: [],
    files: { owner: (path) => ({ file, path }), texts: [] },
    inputs: { sha256: '', included: [], inline: [], files: [] },
    inInventory: (one) => one,
  }
}

function withExcerpts(parsed: ParsedSpec): LoadedSpec {
  const { files, problems } = parsed
  const excerpt = (problem: Placed) => {
    const text = files.texts.find((one) => one.file === problem.position.file)
    if (text === undefined) return undefined
    const here = problems.filter(({ position }) => position.file === text.file)
    const all = here.map((one) => ({ ...one, path: files.owner(one.path).path }))
    return excerptOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(text.bytes), problem, all)
  }
  return { ...parsed, excerpt }
}

/** Reads a file that somebody has named. @param within the folder outside of which nothing is read, wherever links lead; undefined: anything is */
export function readReferenced(path: string, within: string | undefined): Referenced {
  const real = within === undefined ? path : realPathWithin(within, path)
  if (real === undefined) return OUTSIDE
  let descriptor: number
  try {
    // O_NONBLOCK: opening a FIFO would wait for a writer.
    descriptor = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    return { failure: reason(error) }
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return { failure: 'not a regular file' }
    // Somebody may have put a link in its way between the look and the opening.
    if (within !== undefined && !isSame(realPathWithin(within, real), stat)) return OUTSIDE
    if (stat.size > MAX_REFERENCED) return { failure: 'larger than 64 MiB' }
    // Windows has no such bits and shows them all.
    const readByAll = process.platform !== 'win32' && (stat.mode & 0o004) !== 0
    return { bytes: readFileSync(descriptor), readByAll }
  } catch (error) {
    return { failure: reason(error) }
  } finally {
    closeSync(descriptor)
  }
}

const OUTSIDE = { failure: 'it is not in the folder of the spec, and --confine reads nothing else' }

/** Where a path ends, all links followed; undefined: outside a folder, or nowhere. */
function realPathWithin(folder: string, path: string): string | undefined {
  try {
    const real = realpathSync(path)
    return real.startsWith(`${realpathSync(folder)}${sep}`) ? real : undefined
  } catch {
    return undefined
  }
}

function isSame(path: string | undefined, { dev, ino }: Stats): boolean {
  if (path === undefined) return false
  const found = lstatSync(path)
  return found.dev === dev && found.ino === ino
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  return code ?? 'unknown error'
}

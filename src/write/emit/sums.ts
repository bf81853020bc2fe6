import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readBelieved } from '../../base/disk/believed.ts'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { OutputError } from './errors.ts'

/** A file of the directory, by name. */
export interface Summed {
  readonly name: string
  /** In hex, where the caller knows it; else the file is read. */
  readonly sha256?: string | undefined
}

/**
 * Puts the lines of `files` into a directory's SHA256SUMS, in place of those that stood there for the same names; lines
 * of other files stay. Sorted by name; as sha256sum(1) writes and checks it. A signature beside it goes when the list
 * has changed. One caller at a time for one directory.
 *
 * @param gone names whose lines are out of date
 * @returns the file's path
 * @throws OutputError as {@link readSums} does
 */
export async function updateSums(
  directory: string,
  files: readonly Summed[],
  gone: readonly string[] = [],
): Promise<string> {
  const file = join(directory, 'SHA256SUMS')
  const known = readSums(directory)
  for (const name of gone) known.delete(bytesOf(name))
  for (const { name, sha256 } of files) {
    known.set(bytesOf(name), sha256 ?? (await sha256OfFile(join(directory, name))))
  }
  const lines = [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sha256]) => lineOf(name, sha256))
  const text = Buffer.from(lines.join(''), 'latin1')
  if (!existsSync(file) || !readFileSync(file).equals(text)) {
    rmSync(`${file}.sig`, { force: true })
    writeAtomically(file, text, { mode: 0o644 })
  }
  return file
}

/**
 * A directory's SHA256SUMS: name → hash; empty without one. Names are their bytes as Latin-1, for they may be no UTF-8.
 * To be asked before long work, so that what is in the way is known then.
 *
 * @throws OutputError when it holds a line that is not sha256sum's, TargetError when it is somebody else's
 */
export function readSums(directory: string): Map<string, string> {
  const file = join(directory, 'SHA256SUMS')
  const known = new Map<string, string>()
  const bytes = existsSync(directory) ? readBelieved(file, statSync(directory)) : undefined
  if (bytes === undefined) return known
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const [index, line] of lines.entries()) {
    const [, mark, sha256, name] = /^(\\?)([0-9a-f]{64}) [ *](.+)$/s.exec(line) ?? []
    const plain = name === undefined ? undefined : mark === '' ? name : unescaped(name)
    if (sha256 === undefined || plain === undefined) {
      throw new OutputError(`${file}:${index + 1} is not a line of sha256sum`, {
        hint: 'pibake adds its lines to this file: fix it, or move it away',
      })
    }
    known.set(plain.replace(/^(?:\.\/)+/, ''), sha256)
  }
  return known
}

/** coreutils: a name with a backslash, LF or CR is escaped, and a backslash before the hash says so. */
function lineOf(name: string, sha256: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`
}

/** `undefined`: no such escape. */
function unescaped(name: string): string | undefined {
  if (!/^(?:[^\\]|\\[\\nr])*$/s.test(name)) return undefined
  return name.replace(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\'))
}

function bytesOf(name: string): string {
  return Buffer.from(name).toString('latin1')
}

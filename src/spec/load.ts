import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type ParsedSpec, parseSpec } from './parse.ts'
import type { Referenced } from './referenced.ts'
import { signatureFault } from './signature.ts'

/** Files that a spec names may be this large; what is larger belongs into a package. */
const MAX_REFERENCED = 64 << 20

/**
 * Reads the spec `file` and the files it names, relative to its folder.
 *
 * @param today `YYYY-MM-DD`, against which ends of accounts and keys are judged; without it they are not
 */
export function loadSpec(file: string, today?: string): ParsedSpec {
  const folder = dirname(resolve(file))
  const spec = readReferenced(file)
  if ('failure' in spec) {
    const position = { file, line: 1, column: 1 }
    const message = `the spec cannot be read: ${spec.failure}`
    const problem = { severity: 'error', code: 'SPC007', path: [], message, position } as const
    return {
      spec: undefined,
      problems: [problem],
      locate: () => position,
      digest: '',
      inputs: { sha256: '', files: [] },
    }
  }
  const read = (path: string) => readReferenced(resolve(folder, path))
  return parseSpec(spec.bytes, file, { read, verify: signatureFault }, today)
}

function readReferenced(path: string): Referenced {
  let descriptor: number
  try {
    // O_NONBLOCK: opening a FIFO would wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    return { failure: reason(error) }
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return { failure: 'not a regular file' }
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

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  return code ?? 'unknown error'
}

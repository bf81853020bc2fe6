import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { changesOf } from '../../src/core/plan/changes.ts'
import type { Operation } from '../../src/core/plan/operation.ts'
import { TarArchive } from '../../src/storage/tar/archive.ts'
import { tarTarget } from '../../src/storage/tar/tree.ts'
import { spliceTar } from '../../src/write/bake/tar-splice.ts'

/** The formats that GNU tar writes. */
export type TarFormat = 'v7' | 'oldgnu' | 'gnu' | 'ustar' | 'posix'

export interface TarOptions {
  readonly format?: TarFormat
  /** Names without `./` before them. */
  readonly bare?: boolean
  /** Further options of tar(1). */
  readonly options?: readonly string[]
}

const SPLICE_EPOCH = 1_700_000_000

/** Packs a directory with the machine's tar, beside it as `NAME.tar`, and gives the file's name. */
export function tarOf(directory: string, { format = 'gnu', bare = false, options = [] }: TarOptions = {}): string {
  const file = `${directory}.tar`
  const names = 'find . -mindepth 1 -maxdepth 1 -printf "%P\\0" | LC_ALL=C sort -z'
  const script = bare ? `${names} | tar "$@" --null --files-from=-` : 'tar "$@" .'
  const pack = ['--create', '--file', file, `--format=${format}`, '--sort=name', '--numeric-owner', ...options]
  execFileSync('sh', ['-euc', script, 'sh', ...pack], { cwd: directory })
  return file
}

/** Makes a tar with python's tarfile, for what tar(1) does not make: `body` adds to the archive `t`. */
export function pythonTar(file: string, body: string, format = 'PAX'): string {
  const script = `
import io, sys, tarfile
t = tarfile.open(sys.argv[1], 'w', format=tarfile.${format}_FORMAT)
def add(name, data=b'', **more):
    i = tarfile.TarInfo(name)
    i.size = len(data)
    for k, v in more.items(): setattr(i, k, v)
    t.addfile(i, io.BytesIO(data))
${body}
t.close()
`
  execFileSync('python3', ['-c', script, file])
  return file
}

/** Calls `use` with the archive, and closes it. */
export async function withTar<T>(file: string, use: (archive: TarArchive) => T | Promise<T>): Promise<T> {
  const archive = new TarArchive(file)
  try {
    return await use(archive)
  } finally {
    archive.close()
  }
}

/** Carries the operations out on a tar (root, and the boot partition if it is in it); the result is `FILE.out`. */
export async function spliced(file: string, operations: readonly Operation[]): Promise<string> {
  const out = `${file}.out`
  await withTar(file, async (archive) => {
    const target = tarTarget(archive)
    const fd = openSync(out, 'w')
    try {
      const sink = (chunk: Uint8Array) => void writeSync(fd, chunk)
      await spliceTar(archive, target, changesOf(target, operations), sink, { epoch: SPLICE_EPOCH })
    } finally {
      closeSync(fd)
    }
  })
  return out
}

/** What GNU tar lists: `mode uid/gid size date time name`, a line an entry. */
export function listed(file: string): string[] {
  const options = ['--list', '--verbose', '--numeric-owner', '--utc', '--full-time', '--quoting-style=literal']
  return execFileSync('tar', [...options, '--file', file], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '))
}

/** Unpacks with the machine's tar; owners are kept where the caller may give them. */
export function unpack(file: string, to: string, options: readonly string[] = []): void {
  execFileSync('tar', ['--extract', '--preserve-permissions', '--file', file, '--directory', to, ...options])
}

/** Writes bytes to a file and gives its name. */
export function written(file: string, bytes: Uint8Array): string {
  writeFileSync(file, bytes)
  return file
}

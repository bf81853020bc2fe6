import { join } from 'node:path'
import { run } from './run.ts'

/**
 * What lies in some directories of a root: kind, mode, owner, size or link target, and the digest of each file's bytes.
 * Two snapshots are compared as sorted lines, so a difference names its path.
 *
 * @param times also the modification times, to the nanosecond: then rewriting the same bytes is a difference
 */
export function snapshot(root: string, directories: readonly string[], options: { times: boolean }): readonly string[] {
  const places = directories.map((directory) => join(root, directory))
  const fields = `%p %y %m %U:%G %s${options.times ? ' %T@' : ''} %l\\n`
  // A directory's size and time say that something in it came or went, which the entries themselves say better.
  const shape = run(['find', ...places, '-type', 'd', '-printf', '%p %y %m %U:%G\\n', '-o', '-printf', fields])
  const digests = run([
    'sh',
    '-euc',
    'find "$@" -type f -print0 | xargs -0 --no-run-if-empty sha256sum',
    'sh',
    ...places,
  ])
  return `${shape}${digests}`.replaceAll(root, '').split('\n').sort()
}

/** The lines that only one of two snapshots has, `-` before the first's and `+` before the second's. */
export function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)]
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ]
}

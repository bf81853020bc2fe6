import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** A line of /etc/fstab (fstab(5)). */
export interface Mount {
  /** `/dev/sda1`, `UUID=…`, `tmpfs`. */
  readonly source: string
  readonly type: string
  readonly directory: string
  readonly options: readonly string[]
  readonly at: { readonly file: string; readonly line: number }
}

const MOST_LINES = 10_000

/**
 * What /etc/fstab mounts, in its order; `\040` and the like are read as the characters that they stand for.
 *
 * @throws TargetError when that is too much
 */
export function readFstab(root: Tree): readonly Mount[] {
  return parseFstab(new TextDecoder().decode(root.read('/etc/fstab') ?? new Uint8Array()))
}

/** {@link readFstab} for the text of it. */
export function parseFstab(text: string): readonly Mount[] {
  const steps = new Steps('file systems', MOST_LINES)
  return text.split('\n').flatMap((line, index) => {
    const [source = '', directory = '', type = 'auto', options = ''] = line.trim().split(/\s+/)
    if (line.trim().startsWith('#') || !directory.startsWith('/')) return []
    steps.take({ file: '/etc/fstab', line: index + 1 })
    const plain = directory.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    return [
      { source, directory: plain, type, options: options.split(','), at: { file: '/etc/fstab', line: index + 1 } },
    ]
  })
}

/** Whether the bits that make a program another user's do not count on a mount (mount(8)). */
export function isNosuid(mount: Pick<Mount, 'options'>): boolean {
  return isDenied(mount, 'suid')
}

/**
 * Whether a right is taken from what is on a mount: by its own `no…`, or by one of the words that let others than root mount it,
 * until a later word says else (mount(8)).
 */
export function isDenied({ options }: Pick<Mount, 'options'>, right: 'suid' | 'dev' | 'exec'): boolean {
  const denied =
    right === 'exec'
      ? /^(noexec|users?)$/
      : right === 'dev'
        ? /^(nodev|users?|owner|group)$/
        : /^(nosuid|users?|owner|group)$/
  return options.findLastIndex((option) => denied.test(option)) > options.lastIndexOf(right)
}

/** The mount that a path lies on: the one of the longest directory above it; undefined: none is listed. */
export function mountOf<T extends Mount>(mounts: readonly T[], path: string): T | undefined {
  const above = mounts.filter(({ directory }) => directory === '/' || `${path}/`.startsWith(`${directory}/`))
  return above.sort((a, b) => b.directory.length - a.directory.length)[0]
}

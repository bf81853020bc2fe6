import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { shellWord } from '../base/encode/shell-word.ts'
import { visible } from '../base/encode/visible.ts'
import type { AccessOptions } from '../core/presentation/access-report.ts'
import type { Io } from './io.ts'
import type { TargetOptions } from './open-target.ts'
import type { PackageOptions } from './package-options.ts'
import type { SpecOptions } from './spec-options.ts'
import type { TrackerOptions } from './tracker.ts'

export type Flags = Omit<TargetOptions, 'image'> &
  SpecOptions &
  PackageOptions &
  AccessOptions &
  TrackerOptions & { readonly image?: string | undefined }

/** What is done next, as it is typed: lines of a word and a command. */
export function nextLines(io: Io, steps: readonly (readonly [word: string, command: string])[]): string[] {
  if (io.quiet) return []
  const width = Math.max(0, ...steps.map(([word]) => word.length + 1))
  return steps.map(([word, command]) => `${io.style('bold', `${word}:`.padEnd(width))} ${visible(command)}`)
}

/** `sudo pibake apply pibake.yaml --boot boot --root root`: a command with the flags that were given to this one. */
export function pibakeCommand(
  name: 'plan' | 'apply' | 'bake' | 'flash' | 'verify' | 'audit',
  words: readonly string[],
  flags: Flags,
): string {
  const isRoots = name === 'flash' || ((name === 'apply' || name === 'bake') && flags.root !== undefined)
  const all = [
    'pibake',
    name,
    ...words,
    ...given(['--boot', flags.boot], ['--root', flags.root], ['--image', flags.image]),
    ...given(['--root-partition', flags.rootPartition], ['--boot-partition', flags.bootPartition]),
    ...(flags.allowBooted ? ['--allow-booted'] : []),
    ...(flags.confine ? ['--confine'] : []),
    ...(flags.bundle === false ? ['--no-bundle'] : []),
    ...(flags.frozen ? ['--frozen'] : []),
    ...(flags.aptMirror ?? []).flatMap((mirror) => ['--apt-mirror', mirror]),
    ...(name !== 'verify' && flags.acceptLockout ? ['--accept-lockout'] : []),
    ...(name !== 'verify' ? (flags.acceptUnproved ?? []).flatMap((code) => ['--accept-unproved', code]) : []),
    ...(name !== 'verify' ? given(['--security-tracker', flags.securityTracker]) : []),
  ]
  return (isRoots ? asRoot : '') + all.map(shellWord).join(' ')
}

function given(...pairs: readonly (readonly [flag: string, value: string | number | undefined])[]): string[] {
  return pairs.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]))
}

/** What is written as root is typed with sudo, unless root types it. */
const asRoot = process.getuid?.() === 0 ? '' : 'sudo '

/** `sudo umount boot root`; undefined: they are plain folders. */
export function umountCommand({ boot, root }: TargetOptions): string | undefined {
  const mounted = [boot, root].filter((folder) => folder !== undefined).filter(isMounted)
  return mounted.length === 0 ? undefined : `${asRoot}umount ${mounted.map(shellWord).join(' ')}`
}

function isMounted(folder: string): boolean {
  return statSync(folder).dev !== statSync(dirname(resolve(folder))).dev
}

/** How an image gets onto a card; undefined for an archive of a root file system. */
export function cardCommand(image: string, delta?: string): string | undefined {
  const words = [image, ...given(['--delta', delta])].map(shellWord).join(' ')
  return isImageName(image) ? `${asRoot}pibake flash ${words} --to /dev/sdX` : undefined
}

function isImageName(file: string): boolean {
  return /\.img(?:\.(xz|zst|gz))?$/i.test(file)
}

/** A name for what a base becomes: the device's, with the base's ending, and nothing that is there already. */
export function freeName(host: string, base: string): string {
  const ending = /\.(?:(?:img|tar)(?:\.(?:xz|zst|gz))?|t(?:xz|zst|gz))$/i.exec(base)?.[0] ?? '.img'
  for (let i = 1; ; i += 1) {
    const name = `${host}${i === 1 ? '' : `-${i}`}${ending}`
    if (!existsSync(join('.', name))) return name
  }
}

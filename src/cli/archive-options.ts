import { type Command, InvalidArgumentError, Option } from 'commander'
import { pathOf } from '../storage/tar/names.ts'
import type { ArchiveReading } from '../write/bake/open-tar.ts'

/** Adds the flags that say how the archive of a root file system is read; see {@link ArchiveReading}. */
export function archiveOptions(command: Command): Command {
  const strip = new Option('--strip <folder>', 'the folder of the archive in which the root file system begins')
  return command
    .addOption(strip.argParser(folderPath))
    .option('--allow-unterminated', 'take an archive that has no end marker, for nothing is missing in it')
}

/** What is wrong with them for a base that is an image. */
export function misuseForImage({ strip, allowUnterminated }: ArchiveReading): string | undefined {
  const given = strip !== undefined ? '--strip' : allowUnterminated ? '--allow-unterminated' : undefined
  return given && `${given} is for archives: BASE is an image`
}

function folderPath(text: string): string {
  const path = pathOf(text)
  if (path === undefined || path === '/') throw new InvalidArgumentError('give the path of a folder in it, e.g. rootfs')
  return path
}

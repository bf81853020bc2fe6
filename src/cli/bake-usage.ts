import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isTar } from '../storage/tar/tar-name.ts'
import type { PartitionChoice } from '../write/apply/choose-partitions.ts'
import { assertReadable } from '../write/bake/base-image.ts'
import type { ArchiveReading } from '../write/bake/open-tar.ts'
import { misuseForImage } from './archive-options.ts'
import { assertPlace, isSameFile } from './output-place.ts'
import { assertTakesBytes, STDOUT } from './stdout-output.ts'
import { UsageError } from './usage-error.ts'

/** Words of `bake` that have to fit each other and BASE. */
export interface BakeWords extends PartitionChoice, ArchiveReading {
  readonly output: string
  readonly bootTar?: string
  readonly bootOutput?: string
  readonly sign?: string
  readonly urlBase?: string
  /** `--no-checksums`: false. */
  readonly checksums: boolean
}

/**
 * @param command the same with a name for the output
 * @throws UsageError when the words make no sense together, or an output cannot be made where it is to lie
 */
export function assertUsage(base: string, words: BakeWords, command: () => string): void {
  const wrong = misuse(base, words)
  if (wrong !== undefined) {
    // What BASE is says more than its name: a .tar.bz2 is neither an image nor an archive that pibake reads.
    if (existsSync(base) && statSync(base).isFile()) assertReadable(base)
    throw new UsageError(wrong)
  }
  if (words.output === STDOUT) {
    assertTakesBytes(base, command)
    return
  }
  for (const [what, file] of outputsOf(words)) {
    if (/^\/dev\/(?:stdout|fd\/1)$/.test(file)) throw new UsageError(`${what} ${file}: standard output is: --output -`)

    assertPlace(file, what)
    assertEnding(file, what)
  }
}

function outputsOf({ output, bootOutput }: BakeWords): readonly (readonly [what: string, file: string])[] {
  return [['--output', output], ...(bootOutput === undefined ? [] : [['--boot-output', bootOutput] as const])]
}

/** The ending decides what is made: a raw image under another's name would be taken for that. */
function assertEnding(file: string, what: string): void {
  if (isTar(file) || /\.img(\.(xz|zst|gz))?$/i.test(file)) return
  const hint =
    'an image: .img, .img.xz, .img.zst, .img.gz; an archive: .tar, .tar.xz, .tar.zst, .tar.gz, .tgz, .txz, .tzst'
  throw new UsageError(
    `${what} ${file}: the ending of its name says of what kind it is to be, and this is not one of them`,
    hint,
  )
}

/** What is wrong with the words of the command, if anything. */
function misuse(base: string, words: BakeWords): string | undefined {
  const { output, bootTar, bootOutput, sign, checksums } = words
  if (isTar(base) && (words.rootPartition ?? words.bootPartition) !== undefined) {
    return '--root-partition and --boot-partition are for images: an archive has no partitions'
  }
  const forImage = isTar(base) ? undefined : misuseForImage(words)
  if (forImage !== undefined) return forImage
  if (output === STDOUT) return misuseOfStdout(words)
  if (isTar(base) !== isTar(output))
    return 'an image becomes an image, and an archive an archive: see the names of BASE and OUT'
  if ((bootTar === undefined) !== (bootOutput === undefined)) return '--boot-tar and --boot-output belong together'
  if (bootTar !== undefined && !isTar(base)) return '--boot-tar is for archives: an image has its boot partition in it'
  if (bootOutput !== undefined && dirname(resolve(bootOutput)) !== dirname(resolve(output))) {
    return '--boot-output has to be in the folder of --output: one SHA256SUMS is for both'
  }
  if (sign !== undefined && !checksums) return '--sign signs SHA256SUMS, which --no-checksums leaves out'
  for (const out of [output, bootOutput]) {
    if (out !== undefined && [base, bootTar].some((from) => from !== undefined && isSameFile(from, out))) {
      return 'BASE is never written: give another name for the output'
    }
  }
  return undefined
}

/** What lies beside an output is named after it. */
function misuseOfStdout({ bootTar, bootOutput, sign, urlBase }: BakeWords): string | undefined {
  const given = Object.entries({
    '--boot-tar': bootTar,
    '--boot-output': bootOutput,
    '--sign': sign,
    '--url-base': urlBase,
  }).find(([, value]) => value !== undefined)
  return given && `${given[0]} is for an output with a name, and --output - is the output alone`
}

import { SpaceError } from '../../base/errors.ts'
import { CARRIED, packagesText, sizeText } from '../../core/carried/bundle.ts'
import type { LockedImage } from '../../core/carried/lock.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** The first start installs nothing with less than this left: a package would stay half unpacked. */
const RESERVE = 200 << 20

/**
 * Whether the packages of a lock fit on the root partition: now, and installed beside their .debs at the first start.
 *
 * @param free bytes that are free there now
 * @returns a warning where the partition has to grow before the first start installs them, as Raspberry Pi OS's does
 * @throws SpaceError when the .debs themselves do not fit
 */
export function spaceProblem(root: Tree, { packages }: LockedImage, free: number): string | undefined {
  const missing = packages.filter(({ file, size }) => {
    const entry = root.lstat(`${CARRIED}/${file}`)
    return entry?.kind !== 'file' || entry.size !== size
  })
  const debs = missing.reduce((sum, { size }) => sum + size, 0)
  if (debs > free) {
    throw new SpaceError(
      `${root.label}: ${packagesText(missing.length)} to be carried, ${sizeText(debs)}: ${sizeText(free)} are free`,
      { hint: 'have the first start fetch them: --no-bundle' },
    )
  }
  const installed = packages.reduce((sum, { installedSize }) => sum + installedSize * 1024, 0)
  const short = debs + installed + RESERVE - free
  if (short <= 0) return undefined
  return `the first start installs the packages only when the root partition has grown by ${sizeText(short)}: ${sizeText(free)} are free, ${sizeText(debs)} are carried, ${sizeText(installed)} are installed, ${sizeText(RESERVE)} stay free`
}

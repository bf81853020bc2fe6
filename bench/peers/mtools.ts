import { FAT } from '../base.ts'
import { staged, stepsOn, type Work } from '../work.ts'

/** Lines of a shell script that make the boot partition's changes with mtools, in UTC: FAT has no time zone. */
export function mtoolsLines(work: Work, image: string): readonly string[] {
  const fat = `${image}@@${FAT.start}`
  const lines = stepsOn(work, 'boot').map(({ operation }) =>
    operation.kind === 'file'
      ? `mcopy -o -m -i '${fat}' '${staged(work, operation)}' '::${operation.path}'`
      : `mdel -i '${fat}' '::${operation.path}'`,
  )
  return ['export TZ=UTC MTOOLS_SKIP_CHECK=1', ...lines]
}

import { TargetError } from '../../base/errors.ts'

/** What a file system is called in messages, and the command line that repairs it. */
export interface Naming {
  readonly label: string
  readonly repair?: string
}

/** What the partition's own tables say cannot be: nothing is written to such a file system. */
export function damaged({ label, repair = 'fsck.vfat -a' }: Naming, what: string): TargetError {
  return new TargetError(`${label}: the FAT file system is damaged: ${what}`, {
    hint: `take a fresh image, or repair it first: ${repair}`,
  })
}

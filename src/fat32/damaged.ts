import { TargetError } from '../tree/tree.ts'

/** What the partition's own tables say cannot be: nothing is written to such a file system. */
export function damaged(label: string, what: string): TargetError {
  return new TargetError(`${label}: the FAT32 file system is damaged: ${what}`, {
    hint: 'have it checked and repaired by fsck.vfat, or take a fresh image',
  })
}

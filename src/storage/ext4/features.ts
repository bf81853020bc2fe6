import { TargetError } from '../../base/errors.ts'

/** Features by bit (Linux Documentation/filesystems/ext4, "Super Block"; names as mke2fs and tune2fs have them). */
export const COMPAT = { HAS_JOURNAL: 0x4, DIR_INDEX: 0x20, ORPHAN_FILE: 0x1000 } as const
export const INCOMPAT = {
  FILETYPE: 0x2,
  RECOVER: 0x4,
  EXTENTS: 0x40,
  WIDE: 0x80,
  CHECKSUM_SEED: 0x2000,
  LARGE_DIRECTORY: 0x4000,
} as const
export const RO_COMPAT = {
  SPARSE_SUPER: 0x1,
  LARGE_FILE: 0x2,
  HUGE_FILE: 0x8,
  DIR_NLINK: 0x20,
  CHECKSUMS: 0x400,
  ORPHAN_PRESENT: 0x10000,
} as const

interface Known {
  readonly name: string
  /** Whether the editor keeps what the feature promises. */
  readonly isEdited: boolean
}

type Table = Readonly<Record<number, Known>>

const edited = (name: string): Known => ({ name, isEdited: true })
const refused = (name: string): Known => ({ name, isEdited: false })

const compat: Table = {
  1: edited('dir_prealloc'),
  2: refused('imagic_inodes'),
  4: edited('has_journal'),
  8: edited('ext_attr'),
  16: edited('resize_inode'),
  32: edited('dir_index'),
  512: refused('sparse_super2'),
  1024: refused('fast_commit'),
  2048: refused('stable_inodes'),
  4096: edited('orphan_file'),
}

const incompat: Table = {
  1: refused('compression'),
  2: edited('filetype'),
  4: edited('needs_recovery'),
  8: refused('journal_dev'),
  16: refused('meta_bg'),
  64: edited('extent'),
  128: edited('64bit'),
  256: refused('mmp'),
  512: edited('flex_bg'),
  1024: refused('ea_inode'),
  4096: refused('dirdata'),
  8192: edited('metadata_csum_seed'),
  16384: edited('large_dir'),
  32768: refused('inline_data'),
  65536: refused('encrypt'),
  131072: refused('casefold'),
}

const roCompat: Table = {
  1: edited('sparse_super'),
  2: edited('large_file'),
  8: edited('huge_file'),
  16: refused('uninit_bg'),
  32: edited('dir_nlink'),
  64: edited('extra_isize'),
  128: refused('snapshot'),
  256: refused('quota'),
  512: refused('bigalloc'),
  1024: edited('metadata_csum'),
  2048: refused('replica'),
  4096: refused('read-only'),
  8192: refused('project'),
  16384: refused('shared_blocks'),
  32768: refused('verity'),
  65536: edited('orphan_present'),
}

export interface Features {
  readonly compat: number
  readonly incompat: number
  readonly roCompat: number
}

/**
 * @throws TargetError when a feature is on that the editor does not know to keep, or one is off that it cannot do
 *   without; the message names it
 */
export function assertEditable(features: Features, label: string): void {
  const has = (word: number, bit: number) => (word & bit) !== 0
  const names = [
    ...unknown(features.compat, compat, 'compat'),
    ...unknown(features.incompat, incompat, 'incompat'),
    ...unknown(features.roCompat, roCompat, 'ro_compat'),
    ...(has(features.incompat, INCOMPAT.FILETYPE) ? [] : ['no filetype']),
    ...(has(features.incompat, INCOMPAT.EXTENTS) ? [] : ['no extent']),
  ]
  if (names.length === 0) return
  throw new TargetError(`${label}: the ext4 file system has features that pibake does not edit: ${names.join(', ')}`)
}

function unknown(word: number, table: Table, kind: string): string[] {
  const names: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    if (((word >>> bit) & 1) === 0) continue
    const known = table[2 ** bit]
    if (known?.isEdited !== true) names.push(known?.name ?? `bit ${bit} of ${kind}`)
  }
  return names
}

import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type Ext4, openExt4 } from '../../../../src/storage/ext4/ext4.ts'
import { Edit } from '../../../../src/storage/image/edit.ts'
import { MemoryBytes } from '../../../support/memory-bytes.ts'
import { complaintsOf } from './make.ts'

export const EPOCH = 1_700_000_000

export function openBytes(content: Uint8Array, epoch = EPOCH): { edit: Edit; fs: Ext4 } {
  const edit = new Edit(new MemoryBytes(content))
  return { edit, fs: openExt4(edit, { label: 'image', epoch }) }
}

/** Edits the file system in a file, holds e2fsck to be content with it, and opens what came of it. */
export function edited(file: string, change: (fs: Ext4) => void, epoch = EPOCH): Ext4 {
  const { edit, fs } = openBytes(readFileSync(file), epoch)
  change(fs)
  fs.finish()
  const result = write(file, edit)
  assert.is(complaintsOf(file), '')
  return openBytes(result).fs
}

/** Writes what an edit says into the file it is an edit of; gives the file's content. */
export function write(file: string, edit: Edit): Uint8Array {
  const result = Uint8Array.from(readFileSync(file))
  for (const { offset, bytes } of edit.extents()) result.set(bytes, offset)
  writeFileSync(file, result)
  return result
}

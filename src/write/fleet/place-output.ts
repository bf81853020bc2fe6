import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { fileOf, type OutputPlace, outputName } from './layout.ts'
import type { Made } from './record.ts'

/**
 * Has the output of a device made, and puts it in its place: that of its name, or of what it holds.
 *
 * @param make makes the file, whole or not at all; its name says of what kind it is
 */
export async function placeOutput(
  place: OutputPlace,
  id: string,
  make: (file: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Pick<Made, 'file' | 'bytes' | 'sha256'>> {
  const { folder } = place
  const named = outputName(id, place.format)
  const facts = async (made: string) => {
    const sha256 = await sha256OfFile(made, { signal })
    return { file: fileOf({ id, sha256 }, place), bytes: statSync(made).size, sha256 }
  }
  if (place.layout === 'files') {
    await make(join(folder, named))
    return facts(join(folder, named))
  }
  const beside = temporaryBeside(join(folder, id))
  mkdirSync(join(beside, 'devices'), { recursive: true, mode: 0o700 })
  try {
    await make(join(beside, named))
    const made = await facts(join(beside, named))
    renameSync(join(beside, named), join(folder, made.file))
    return made
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

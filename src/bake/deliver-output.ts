import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { writeOutputs } from '../emit/beside.ts'
import { keepChecksums } from '../emit/bmap-checksums.ts'
import { blockRanges, usedPieces } from '../emit/bmap-ranges.ts'
import { type Bmap, parseBmap } from '../emit/bmap-xml.ts'
import type { ImagerFacts } from '../emit/imager.ts'
import { jsonText } from '../emit/json.ts'
import type { Manifest } from '../emit/manifest-schema.ts'
import { clearSideFiles, sideFilesOf } from '../emit/names.ts'
import type { ProvenanceFacts } from '../emit/provenance.ts'
import { writeSbom } from '../emit/sbom.ts'
import type { SbomFacts } from '../emit/sbom-facts.ts'
import type { SignOptions } from '../emit/sign.ts'
import { writeBeside } from '../emit/write-beside.ts'
import type { Baked, BakedImage } from './bakery.ts'

export interface Output {
  readonly base: string
  readonly out: string
  readonly manifest: Manifest
  readonly provenance: Omit<ProvenanceFacts, 'subjects' | 'base'>
  readonly imager: Pick<ImagerFacts, 'urlBase' | 'name' | 'description' | 'image' | 'epoch'>
  /** Undefined: none is written, for no packages are carried. */
  readonly sbom: Omit<SbomFacts, 'sha256'> | undefined
  readonly sign: SignOptions | undefined
}

/**
 * Puts a baked output in its place, and what lies beside it. Where no digests were wanted, that is the manifest alone.
 *
 * @returns the paths of all that was written
 */
export async function deliverOutput(baked: Baked, output: Output): Promise<string[]> {
  const { base, out, manifest, provenance, imager, sign } = output
  const made = [...baked.others, { ...baked, out }]
  let bmap: Bmap | undefined
  let gone: string[]
  try {
    bmap = baked.image && bmapOf(base, baked.image)
    gone = clearSideFiles(out)
    for (const file of made) renameSync(file.file, file.out)
  } catch (error) {
    for (const { file } of made) rmSync(file, { force: true })
    throw error
  }
  syncDirectory(dirname(out))
  const outputs = [out, ...baked.others.map((other) => other.out)]
  if (baked.baseSha256 === undefined) {
    writeBeside(sideFilesOf(out).manifest, jsonText(manifest), { mode: 0o644 })
    return [...outputs, sideFilesOf(out).manifest]
  }
  const { image } = baked
  const sbom = output.sbom === undefined ? [] : writeSbom(out, { ...output.sbom, sha256: baked.sha256 })
  const written = await writeOutputs({
    out,
    sha256: baked.sha256,
    manifest,
    provenance: { ...provenance, base: { name: basename(base), sha256: baked.baseSha256 } },
    bmap,
    imager: image && { ...imager, decoded: { size: image.size, sha256: image.sha256 } },
    others: [...baked.others.map((other) => other.out), ...sbom].map((file) => basename(file)),
    gone,
    sign,
  })
  return [...outputs, ...sbom, ...written]
}

/** What BASE.bmap knows of ranges that did not change is not computed again. */
function bmapOf(base: string, { size, partitions, extents }: BakedImage): Bmap {
  const ranges = blockRanges(size, usedPieces(size, partitions))
  const known = `${base}.bmap`
  if (!existsSync(known)) return { imageSize: size, ranges }
  const changed = extents.map(({ offset, bytes }) => ({ offset, length: bytes.length }))
  return { imageSize: size, ranges: keepChecksums(ranges, parseBmap(readFileSync(known, 'utf8')), changed) }
}

function syncDirectory(directory: string): void {
  // Windows opens no directories, and keeps the order of renames by itself.
  if (process.platform === 'win32') return
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

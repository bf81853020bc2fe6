import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readBelieved } from '../../base/disk/believed.ts'
import { temporaryBeside } from '../../base/disk/temporary.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { keepChecksums } from '../emit/bmap-checksums.ts'
import { type Bmap, parseBmap } from '../emit/bmap-xml.ts'
import type { ImagerFacts } from '../emit/imager.ts'
import { jsonText } from '../emit/json.ts'
import type { Manifest } from '../emit/manifest-schema.ts'
import { clearSideFiles, namesBeside, sideFilesOf } from '../emit/names.ts'
import type { ProvenanceFacts } from '../emit/provenance.ts'
import { writeSbom } from '../emit/sbom.ts'
import type { SbomFacts } from '../emit/sbom-facts.ts'
import { writeOutputs } from '../emit/side-files.ts'
import type { SignOptions } from '../emit/sign.ts'
import type { Baked, BakedImage } from './bake-job.ts'
import { OutputSpace } from './output-space.ts'

export interface Output {
  readonly base: string
  readonly out: string
  /** See {@link readBaseBmap}; undefined also: the base is not trusted. */
  readonly baseBmap: Bmap | undefined
  readonly manifest: Manifest
  readonly provenance: Omit<ProvenanceFacts, 'subjects' | 'base'>
  readonly imager: Pick<ImagerFacts, 'urlBase' | 'name' | 'description' | 'image' | 'epoch'>
  /** Undefined: none is written, for no packages are carried. */
  readonly sbom: Omit<SbomFacts, 'sha256'> | undefined
  readonly sign: SignOptions | undefined
}

/**
 * Puts a baked output in its place, and what lies beside it. Where no digests were wanted, that is the manifest alone. All of
 * it is made in a folder of its own first: if that fails, for lack of room or of a key, nothing in OUT's folder has changed.
 *
 * @returns the paths of all that was written
 */
export async function placeOutput(baked: Baked, output: Output): Promise<string[]> {
  const { out } = output
  const directory = dirname(out)
  const staging = temporaryBeside(out)
  const space = new OutputSpace(out)
  try {
    mkdirSync(staging, { mode: 0o700 })
    const names = await stage(baked, output, staging)
    clearSideFiles(out)
    if (!existsSync(join(staging, 'SHA256SUMS.sig'))) rmSync(sideFilesOf(out).signature, { force: true })
    for (const name of names) renameSync(join(staging, name), join(directory, name))
    syncDirectory(directory)
    return names.map((name) => join(directory, name))
  } catch (error) {
    throw space.explain(error)
  } finally {
    rmSync(staging, { recursive: true, force: true })
    for (const { file } of [...baked.others, baked]) rmSync(file, { force: true })
  }
}

/** Fills the folder with what is to be moved to OUT's. @returns the names, in the order to move them in */
async function stage(baked: Baked, output: Output, staging: string): Promise<string[]> {
  const { base, out, baseBmap, manifest, provenance, imager, sign } = output
  const staged = join(staging, basename(out))
  const others = baked.others.map((other) => ({ ...other, name: basename(other.out) }))
  renameSync(baked.file, staged)
  for (const { file, name } of others) renameSync(file, join(staging, name))
  const names = [basename(out), ...others.map(({ name }) => name)]
  if (baked.baseSha256 === undefined) {
    const side = sideFilesOf(staged).manifest
    writeAtomically(side, jsonText(manifest), { mode: 0o644 })
    return [...names, basename(side)]
  }
  for (const name of ['SHA256SUMS', 'SHA256SUMS.sig']) {
    const known = readBelieved(join(dirname(out), name), statSync(dirname(out)))
    if (known !== undefined) writeFileSync(join(staging, name), known, { flag: 'wx', mode: 0o644 })
  }
  const { image } = baked
  const sbom = output.sbom === undefined ? [] : writeSbom(staged, { ...output.sbom, sha256: baked.sha256 })
  const written = await writeOutputs({
    out: staged,
    sha256: baked.sha256,
    manifest,
    provenance: { ...provenance, base: { name: basename(base), sha256: baked.baseSha256 } },
    bmap: image && bmapOf(baseBmap, image),
    imager: image && { ...imager, decoded: { size: image.size, sha256: image.sha256 } },
    others: [...others.map(({ name }) => name), ...sbom.map((file) => basename(file))],
    gone: namesBeside(out),
    sign,
  })
  return [...names, ...[...sbom, ...written].map((file) => basename(file))]
}

/**
 * What BASE.bmap says, if there is one.
 *
 * @throws OutputError when it cannot be used, TargetError when it is somebody else's
 */
export function readBaseBmap(base: string): Bmap | undefined {
  const bytes = existsSync(base) ? readBelieved(`${base}.bmap`, statSync(base)) : undefined
  return bytes && parseBmap(new TextDecoder().decode(bytes))
}

/** What was not seen, for the base was trusted, may be known from the base's own. */
function bmapOf(base: Bmap | undefined, { size, ranges, extents }: BakedImage): Bmap {
  const changed = extents.map(({ offset, bytes }) => ({ offset, length: bytes.length }))
  return { imageSize: size, ranges: base === undefined ? ranges : keepChecksums(ranges, base, changed) }
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

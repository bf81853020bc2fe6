import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { sha256OfFile } from '../../base/disk/hash-file.ts'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { type Bmap, bmapText } from './bmap-xml.ts'
import { type ImagerFacts, imagerList } from './imager.ts'
import { jsonText } from './json.ts'
import type { Manifest } from './manifest-schema.ts'
import { sideFilesOf } from './names.ts'
import { type Digested, type ProvenanceFacts, provenanceOf } from './provenance.ts'
import { type SignOptions, signFile } from './sign.ts'
import { updateSums } from './sums.ts'

export interface OutputFacts {
  readonly out: string
  /** OUT's SHA-256 in hex, where the pass that wrote it has it; else OUT is read. */
  readonly sha256?: string | undefined
  readonly manifest: Manifest
  readonly provenance: Omit<ProvenanceFacts, 'subjects'>
  /** Of an image: tars have neither of the two. */
  readonly bmap?: Bmap | undefined
  readonly imager?: Omit<ImagerFacts, 'out' | 'packed'> | undefined
  /** Further files beside OUT that are written already, by name, e.g. an SBOM. */
  readonly others?: readonly string[] | undefined
  /** Names whose lines in SHA256SUMS are out of date: {@link namesBeside}. */
  readonly gone?: readonly string[] | undefined
  readonly sign?: SignOptions | undefined
}

/**
 * Writes all that lies beside OUT, OUT being in its place: `docs/outputs.md`. The provenance names the files before it,
 * SHA256SUMS all of them, the signature is for SHA256SUMS. Nothing in them is secret: they are for everybody to read.
 *
 * @returns the paths written
 * @throws OutputError when SHA256SUMS cannot be used or signed
 */
export async function writeOutputs(facts: OutputFacts): Promise<string[]> {
  const { out, imager, bmap, sign } = facts
  const directory = dirname(out)
  const side = sideFilesOf(out)
  const written: string[] = []
  const sums: Digested[] = [{ name: basename(out), sha256: facts.sha256 ?? (await sha256OfFile(out)) }]
  for (const name of facts.others ?? []) sums.push({ name, sha256: await sha256OfFile(join(directory, name)) })
  const write = (file: string, text: string) => {
    writeAtomically(file, text, { mode: 0o644 })
    written.push(file)
    sums.push({ name: basename(file), sha256: createHash('sha256').update(text).digest('hex') })
  }

  write(side.manifest, jsonText(facts.manifest))
  if (bmap !== undefined) write(side.bmap, bmapText(bmap))
  if (imager !== undefined) {
    const packed = { size: statSync(out).size, sha256: (sums[0] as Digested).sha256 }
    write(side.imager, jsonText(imagerList({ ...imager, out, packed })))
  }
  write(side.provenance, jsonText(provenanceOf({ ...facts.provenance, subjects: sums })))
  written.push(await updateSums(directory, sums, facts.gone))
  if (sign !== undefined) written.push(await signFile(side.sums, sign))
  return written
}

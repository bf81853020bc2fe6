import * as v from 'valibot'
import { MemoryBytes } from '../../base/bytes/memory-bytes.ts'
import { TargetError } from '../../base/errors.ts'
import { concat, hex, utf8, utf8Text } from '../../base/host/bytes.ts'
import { sha256 } from '../../base/host/hash.ts'
import { encode } from '../archive/encode.ts'
import { ZstImage } from '../archive/zst-image.ts'
import type { Extent } from '../image/edit.ts'
import { BLOCK, type VerityTree } from './verity.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const verity = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/))

/** The first line of what a delta unpacks to; docs/delta-format.md describes it. */
const headSchema = v.strictObject({
  schema: v.literal('pibake.delta/1'),
  /** Of the base, and of the result. */
  bytes: count,
  /** The digests of both as fs-verity has them. */
  base: verity,
  result: verity,
  /** What differs, by offset; the bytes follow behind the line in this order. */
  ranges: v.array(
    v.strictObject({ offset: count, bytes: count, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
  ),
})

type Head = v.InferOutput<typeof headSchema>

/** In what an image differs from its base, and what both of them are. */
export interface Delta extends Omit<Head, 'schema' | 'ranges'> {
  readonly extents: readonly Extent[]
}

/** A delta is held in memory: more than a fleet's device ever differs by. */
const MAX_BYTES = 1024 ** 3
/** Of the first line: some 100,000 ranges. */
const MAX_LINE = 16 * 1024 ** 2
const STEP = 64 * 1024
const LINE_END = 0x0a

/** The delta of an edit of the base whose tree is given. */
export function deltaOf(tree: VerityTree, extents: readonly Extent[]): Delta {
  return { bytes: tree.size, base: tree.digest(), result: tree.digest(extents), extents }
}

/**
 * Writes a delta to the new file `destination`, which is removed if anything fails.
 *
 * @throws TargetError when this machine cannot write .zst, SpaceError when the disk is full, Interrupted on abort
 */
export function writeDelta(delta: Delta, destination: string, signal: AbortSignal): Promise<void> {
  const { extents, ...facts } = delta
  const ranges = extents.map(({ offset, bytes }) => ({ offset, bytes: bytes.length, sha256: hex(sha256(bytes)) }))
  const head: Head = { schema: 'pibake.delta/1', ...facts, ranges }
  const line = utf8(`${JSON.stringify(head)}\n`)
  return encode(new MemoryBytes(concat([line, ...extents.map(({ bytes }) => bytes)])), destination, 'zst', { signal })
}

/**
 * Reads a delta. All of it is held against its own digests; whether it fits a base is for {@link deltaMisfit}.
 *
 * @throws TargetError when it is damaged, truncated or something else
 */
export function readDelta(path: string): Delta {
  const content = ZstImage.open(path)
  if (content === undefined) {
    throw new TargetError(`${path} is not a delta, or it is truncated`, {
      hint: 'give a .delta file that pibake fleet --format delta has made',
    })
  }
  try {
    const { head, end } = readHead(content, path)
    const { schema: _, ranges, ...facts } = head
    let at = end
    const extents = ranges.map(({ offset, bytes: length, sha256: digest }) => {
      const bytes = new Uint8Array(content.read(at, length))
      at += length
      if (hex(sha256(bytes)) !== digest) throw damaged(path, `the range at ${offset} is not what its digest says`)
      return { offset, bytes }
    })
    return { ...facts, extents }
  } finally {
    content.close()
  }
}

/**
 * Why a base does not become the result of a delta; undefined: it does.
 *
 * @param tree of the base
 */
export function deltaMisfit({ bytes, base, result, extents }: Delta, tree: VerityTree): 'base' | 'result' | undefined {
  if (tree.size !== bytes || tree.digest() !== base) return 'base'
  return tree.digest(extents) === result ? undefined : 'result'
}

function readHead(content: ZstImage, path: string): { readonly head: Head; readonly end: number } {
  const line = firstLine(content)
  const found = line && v.safeParse(v.pipe(v.string(), v.parseJson(), headSchema), utf8Text(line))
  if (line === undefined || found?.success !== true) {
    throw new TargetError(`${path} is not a delta that this version of pibake reads`)
  }
  const end = line.length + 1
  const { bytes: size, ranges } = found.output
  const total = ranges.reduce((sum, { bytes }) => sum + bytes, 0)
  if (end + total !== content.size) throw damaged(path, 'its length is not what its first line says')
  if (total > MAX_BYTES) throw new TargetError(`${path}: a delta of more than 1 GiB is not read`)
  let before = 0
  for (const { offset, bytes } of ranges) {
    const stop = offset + bytes
    const isWhole = offset % BLOCK === 0 && bytes > 0 && (stop % BLOCK === 0 || stop === size)
    if (!isWhole || offset < before || stop > size) throw damaged(path, `a range at ${offset} that cannot be`)
    before = stop
  }
  return { head: found.output, end }
}

function firstLine(content: ZstImage): Uint8Array | undefined {
  for (let length = STEP; ; length *= 2) {
    const bytes = content.read(0, Math.min(length, content.size))
    const end = bytes.indexOf(LINE_END)
    if (end >= 0) return bytes.subarray(0, end)
    if (length >= Math.min(content.size, MAX_LINE)) return undefined
  }
}

function damaged(path: string, what: string): TargetError {
  return new TargetError(`${path}: damaged: ${what}`)
}

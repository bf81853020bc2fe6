import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Extent } from '../../../../src/storage/image/edit.ts'

const SIZE = 1_000_100

/** A small image: some of it zeros, its size no multiple of anything. */
export function oldImage(): Uint8Array {
  const image = new Uint8Array(SIZE)
  for (let at = 0; at < SIZE; at += 9000) image.fill(at / 9000 + 1, at + 4500, at + 9000)
  return image
}

/** An edit of many pieces, up to the very end. */
export function extents(): Extent[] {
  const pages = Array.from({ length: 24 }, (_, i) => ({ offset: i * 40960, bytes: new Uint8Array(8192).fill(i + 1) }))
  return [...pages, { offset: SIZE - 1000, bytes: new Uint8Array(1000).fill(9) }]
}

function newImage(): Uint8Array {
  const image = oldImage()
  for (const { offset, bytes } of extents()) image.set(bytes, offset)
  return image
}

const [before, after] = [oldImage(), newImage()]

/** Writes the old image into `directory`; gives its path. */
export function plantImage(directory: string): string {
  const path = join(directory, 'card.img')
  writeFileSync(path, before, { mode: 0o600 })
  return path
}

export function stateOf(path: string): 'old' | 'new' | 'torn' {
  const now = readFileSync(path)
  if (Buffer.compare(now, before) === 0) return 'old'
  return Buffer.compare(now, after) === 0 ? 'new' : 'torn'
}

/** What lies beside the image. */
export function leftovers(directory: string): string[] {
  return readdirSync(directory).filter((name) => name !== 'card.img')
}

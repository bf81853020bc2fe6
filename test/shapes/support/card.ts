import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { env, layBoot, layRoot, type Place } from '../../write/bake/support/sample-image.ts'

export const MIB = 1024 * 1024

/** What lies in a partition, made at its place by the real programs. */
export type Filling = (file: string, place: Place) => void

/** A partition of a card, in MiB. */
interface CardPart {
  readonly at: number
  readonly size: number
  /** As sfdisk names it. */
  readonly type?: string
  readonly name?: string
  readonly holds?: Filling
}

export interface Card {
  readonly table?: 'dos' | 'gpt'
  /** In MiB; 64 unless given. */
  readonly size?: number
  readonly parts: readonly CardPart[]
}

/** Makes the image of a card; partitions from the fifth on are logical ones in an MBR. */
export function makeCard(file: string, { table = 'dos', size = 64, parts }: Card): void {
  writeFileSync(file, '')
  truncateSync(file, size * MIB)
  const lines = parts.map(({ at, size: mib, type, name }) =>
    [
      `start=${at * 2048}`,
      `size=${mib * 2048}`,
      ...(type ? [`type=${type}`] : []),
      ...(name ? [`name=${name}`] : []),
    ].join(', '),
  )
  const head = [`label: ${table}`, ...(table === 'dos' ? ['label-id: 0x0fac1a1e'] : [])]
  execFileSync('sfdisk', ['--quiet', '--no-tell-kernel', file], { env, input: [...head, ...lines, ''].join('\n') })
  for (const { at, size: mib, holds } of parts) holds?.(file, { offset: at * MIB, size: mib * MIB })
}

const sample = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })

/** @param named what `root=` of its cmdline.txt says; as in the sample, `PARTUUID=0fac1a1e-02`, unless given */
export function boot(bits: 16 | 32, named?: string): Filling {
  return (file, place) => {
    const { boot: tree } = sample()
    if (named !== undefined) replace(tree, '/cmdline.txt', (text) => text.replace(/root=\S+/, `root=${named}`))
    layBoot(file, place, tree, bits)
  }
}

export function root(uuid?: string, tamper: (tree: MemoryTree) => void = () => undefined): Filling {
  return (file, place) => {
    const { root: tree } = sample()
    tamper(tree)
    layRoot(file, place, tree, uuid)
  }
}

function replace(tree: MemoryTree, path: string, change: (text: string) => string): void {
  const node = tree.nodes.get(path)
  if (node?.kind !== 'file') throw new Error(`the sample has no ${path}`)
  tree.nodes.set(path, { ...node, content: Buffer.from(change(Buffer.from(node.content).toString())) })
}

/** A file system, or what else a program makes in a file of its own. */
function made(program: string, ...args: string[]): Filling {
  return (file, { offset, size }) => {
    const part = `${file}.part`
    writeFileSync(part, '')
    truncateSync(part, size)
    execFileSync(program, [...args, part], { env, stdio: 'pipe' })
    bytes(readFileSync(part))(file, { offset, size })
    execFileSync('rm', [part])
  }
}

export const data = made('mke2fs', '-q', '-F', '-t', 'ext4', '-L', 'data')
export const fatData = made('mkfs.vfat', '-n', 'DATA')
/** Data of a card that was unplugged: a journal to be replayed, and Linux' mark in a FAT. Nobody asked pibake to repair them. */
export const dirtyData: Filling = (file, place) => {
  data(file, place)
  execFileSync('debugfs', ['-w', '-R', 'feature needs_recovery', `${file}?offset=${place.offset}`], {
    env,
    stdio: 'pipe',
  })
}
export const dirtyFatData: Filling = (file, place) => {
  made('mkfs.vfat', '-F', '16')(file, place)
  bytes(Buffer.of(1))(file, { offset: place.offset + 37, size: 1 })
}
export const swap = made('mkswap')
/** LUKS2, "LUKS2 On-Disk Format Specification" 2.1: the binary header begins so; behind it nothing can be told. */
export const luks = bytes(Buffer.concat([Buffer.from('4c554b53babe0002', 'hex'), Buffer.alloc(MIB, 0x5a)]))

/** The magic number of a file system whose mkfs is not here, and something behind it. */
export function magic(offset: number, hex: string): Filling {
  const content = Buffer.alloc(MIB, 0x77)
  content.set(Buffer.from(hex, 'hex'), offset)
  return bytes(content)
}

export function bytes(content: Uint8Array): Filling {
  return (file, { offset }) => {
    const fd = openSync(file, 'r+')
    writeSync(fd, content, 0, content.length, offset)
    closeSync(fd)
  }
}

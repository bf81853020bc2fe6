import { bytewise } from '../../../../src/base/order.ts'
import type { Ext4 } from '../../../../src/storage/ext4/ext4.ts'

/** A file system as a map: names that share an object are hard links. */
export type Model = Map<string, ModelNode>
export interface ModelNode {
  kind: 'file' | 'directory' | 'symlink' | 'other'
  mode: number
  uid: number
  gid: number
  content: Uint8Array
  /** Values in hex, by name. */
  xattrs: Record<string, string>
}

const text = new TextEncoder()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Everything in a file system. What names share an inode cannot be seen. */
export function readModel(fs: Ext4): Model {
  const model: Model = new Map()
  const visit = (path: string) => {
    const entry = fs.lstat(path === '' ? '/' : path)
    // A name that is not UTF-8 is listed as something else, and nothing is found under that.
    if (entry === undefined && path.includes('\ufffd')) return
    if (entry === undefined) throw new Error(`${path} is listed and not there`)
    const at = path === '' ? '/' : path
    const content = entry.kind === 'file' ? fs.readFile(at) : text.encode(entry.kind === 'symlink' ? entry.target : '')
    const xattrs = Object.fromEntries([...fs.xattrs(at)].map(([name, value]) => [name, hex(value)]))
    const mode = 'mode' in entry ? entry.mode : 0o777
    model.set(at, { kind: entry.kind, mode, uid: entry.uid, gid: entry.gid, content, xattrs })
    if (entry.kind === 'directory') for (const name of fs.list(at)) visit(`${path}/${name}`)
  }
  visit('')
  return model
}

/** One line for each path, to be compared. */
export function lines(model: Model): string[] {
  return [...model]
    .sort(([a], [b]) => bytewise(a, b))
    .map(([path, { kind, mode, uid, gid, content, xattrs }]) => {
      const attributes = Object.entries(xattrs).sort(([a], [b]) => bytewise(a, b))
      return `${path} ${kind} ${mode.toString(8)} ${uid}:${gid} ${content.length} ${sum(content)} ${JSON.stringify(attributes)}`
    })
}

/** The paths of each file that has several. */
export function hardLinks(model: Model): string[][] {
  const groups = new Map<ModelNode, string[]>()
  for (const [path, node] of model) groups.set(node, [...(groups.get(node) ?? []), path].sort(bytewise))
  return [...groups.values()].filter(({ length }) => length > 1).sort(([a = ''], [b = '']) => bytewise(a, b))
}

function sum(content: Uint8Array): number {
  let hash = 0
  for (const byte of content) hash = (Math.imul(hash, 31) + byte) | 0
  return hash
}

export function below(model: Model, path: string): string[] {
  return [...model.keys()].filter((key) => key.startsWith(`${path}/`))
}

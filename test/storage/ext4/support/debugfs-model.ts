import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debugfsReplies } from './make.ts'
import type { Model, ModelNode } from './model.ts'

const KINDS: Readonly<Record<string, ModelNode['kind']>> = { '04': 'directory', '10': 'file', '12': 'symlink' }

/** What debugfs, a reader that shares no code with ours, finds in the file system in a file; hard links share an object. */
export function debugfsModel(file: string): Model {
  const model: Model = new Map()
  const nodes = new Map<string, ModelNode>()
  walk(file, model, nodes)
  readXattrs(file, nodes)
  readContents(file, nodes)
  return model
}

/** Level by level, so that debugfs is started once for each. */
function walk(file: string, model: Model, nodes: Map<string, ModelNode>): void {
  for (let level: [path: string, inode: string][] = [['', '2']]; level.length > 0; ) {
    const next: typeof level = []
    const listings = ask(file, level, ([, inode]) => `ls -p <${inode}>`)
    for (const [i, [directory]] of level.entries()) {
      for (const [, inode = '', type = '', mode = '', uid, gid, name = ''] of entriesIn(listings[i] ?? '')) {
        if (name === '..' || (name === '.' && directory !== '')) continue
        const path = name === '.' ? '/' : `${directory}/${name}`
        const node = nodes.get(inode) ?? {
          kind: KINDS[type] ?? 'other',
          mode: Number.parseInt(mode, 8),
          uid: Number(uid),
          gid: Number(gid),
          content: new Uint8Array(),
          xattrs: {},
        }
        nodes.set(inode, node)
        model.set(path, node)
        if (node.kind === 'directory' && path !== '/') next.push([path, inode])
      }
    }
    level = next
  }
}

/** `/inode/mode/uid/gid/name/size/`, the size left out where there is none to tell. */
const entriesIn = (listing: string) => listing.matchAll(/^\/(\d+)\/(\d\d)(\d{4})\/(\d+)\/(\d+)\/(.+)\/\d*\/$/gm)

/** A list has `  name (length) = value`, without the value where it is long. */
function readXattrs(file: string, nodes: ReadonlyMap<string, ModelNode>): void {
  const lists = ask(file, [...nodes.keys()], (inode) => `ea_list <${inode}>`)
  const named = [...nodes].flatMap(([inode, node], i) =>
    [...(lists[i] ?? '').matchAll(/^ {2}(\S+) \(\d+\)/gm)].map(([, name = '']) => ({ inode, node, name })),
  )
  const values = ask(file, named, ({ inode, name }) => `ea_get -x <${inode}> ${name}`)
  for (const [i, { node, name }] of named.entries()) {
    node.xattrs[name] = (/ = ([0-9a-f ]*)$/m.exec(values[i] ?? '')?.[1] ?? '').replaceAll(' ', '')
  }
}

function readContents(file: string, nodes: ReadonlyMap<string, ModelNode>): void {
  const dumps = mkdtempSync(join(tmpdir(), 'pibake-dumps-'))
  try {
    // A short target lies in the inode itself, where debugfs prints it and cannot dump it.
    const links = [...nodes].filter(([, { kind }]) => kind === 'symlink')
    const replies = ask(file, links, ([inode]) => `stat <${inode}>`)
    for (const [i, [, node]] of links.entries()) {
      node.content = Buffer.from(/^Fast link dest: "(.*)"$/m.exec(replies[i] ?? '')?.[1] ?? '')
    }
    const long = [...nodes].filter(
      ([, { kind, content }]) => kind === 'file' || (kind === 'symlink' && content.length === 0),
    )
    ask(file, long, ([inode]) => `dump <${inode}> ${join(dumps, inode)}`)
    for (const [inode, node] of long) node.content = readFileSync(join(dumps, inode))
  } finally {
    rmSync(dumps, { recursive: true })
  }
}

/** The answer to the question of each, in UTF-8. */
function ask<T>(file: string, all: readonly T[], question: (one: T) => string): string[] {
  return debugfsReplies(file, all.map(question)).map((reply) => Buffer.from(reply, 'latin1').toString())
}

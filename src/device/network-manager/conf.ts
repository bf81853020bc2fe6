import { bytewise } from '../../base/order.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** One line of NetworkManager's configuration. */
export interface ConfLine {
  /** `main`, `device-wifi`; every `[device]` of every file is a section of its own. */
  readonly section: string
  /** With `+` or `-` at its end where the line adds to a list or takes from it. */
  readonly key: string
  readonly value: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

const ETC = '/etc/NetworkManager/conf.d'
const LIB = '/usr/lib/NetworkManager/conf.d'

/**
 * Every line, file by file in the order in which NetworkManager reads them: what packages bring, the main file, what the
 * administrator adds, what NetworkManager wrote itself (NetworkManager.conf(5)).
 */
export function confLines(root: Tree): readonly (readonly ConfLine[])[] {
  const own = confFiles(root, ETC)
  return [
    ...confFiles(root, LIB)
      .filter((name) => !own.includes(name))
      .map((name) => `${LIB}/${name}`),
    '/etc/NetworkManager/NetworkManager.conf',
    ...own.map((name) => `${ETC}/${name}`),
    '/var/lib/NetworkManager/NetworkManager-intern.conf',
  ].map((file) => linesOf(root, file))
}

function confFiles(root: Tree, folder: string): string[] {
  return root
    .list(folder)
    .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
    .sort(bytewise)
}

function linesOf(root: Tree, file: string): readonly ConfLine[] {
  if (root.lstat(root.resolve(file))?.kind !== 'file') return []
  let section = ''
  return new TextDecoder()
    .decode(root.read(file))
    .split('\n')
    .flatMap((text, index) => {
      const line = text.trim()
      if (line.startsWith('#')) return []
      section = /^\[(.+)\]$/.exec(line)?.[1] ?? section
      const [, key, value = ''] = /^([\w.-]+?[+-]?)\s*=\s*(.*)$/.exec(line) ?? []
      return key === undefined ? [] : [{ section, key, value, file, line: index + 1 }]
    })
}

import { TargetError } from '../../base/errors.ts'
import { bytewise } from '../../base/order.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Release } from '../inspect/inventory.ts'
import { entryAt } from '../sshd/files.ts'

/** Where fail2ban reads all it reads, unless it is started with `-c`. */
export const BASE = '/etc/fail2ban'

/** The device whose fail2ban is judged. */
export interface Fail2banDevice {
  readonly root: Tree
  readonly release: Release
  /** Files of a package that is not installed yet, by path; undefined: what is in it is not known. */
  readonly standIns: ReadonlyMap<string, string | undefined>
  /** Log files that the first start or the device makes. */
  readonly madeLater: (path: string) => boolean
}

export function isThere({ root, standIns }: Fail2banDevice, path: string): boolean {
  return entryAt(root, path) !== undefined || standIns.has(path)
}

/**
 * The text of a file that Python can open and decode; undefined for one that is not there, is not a file or is not UTF-8,
 * which fail2ban passes over (configparserinc.py, `__getIncludesUncached`).
 */
export function textOf({ root, standIns }: Fail2banDevice, path: string): string | undefined {
  const entry = entryAt(root, path)
  if (entry === undefined && standIns.has(path)) return standIns.get(path) ?? ''
  if (entry?.kind !== 'file') return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(root.read(path))
  } catch (error) {
    if (error instanceof TypeError || error instanceof TargetError) return undefined
    throw error
  }
}

/** Whether a file is there, but what is in it is not known. */
export function isClosed({ root, standIns }: Fail2banDevice, path: string): boolean {
  return standIns.has(path) && standIns.get(path) === undefined && entryAt(root, path) === undefined
}

/** The files of a folder whose names have an ending, in fail2ban's order. */
export function filesIn({ root, standIns }: Fail2banDevice, folder: string, ending: string): readonly string[] {
  const own = entryAt(root, folder)?.kind === 'directory' ? root.list(folder) : []
  const all = new Set([...own.map((name) => `${folder}/${name}`), ...standIns.keys()])
  return [...all]
    .filter((path) => path.endsWith(ending) && folderOf(path) === folder && !path.startsWith(`${folder}/.`))
    .sort(bytewise)
}

/** A path with its `.` and `..` parts worked out; relative ones start below `folder`. */
export function joined(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Everything that a tree holds: one line an entry with kind, mode, owner, number of names, time (whole milliseconds)
 * and content or target. Two snapshots that are equal are the same tree.
 */
export function snapshot(directory: string, options: { times?: boolean } = {}): string[] {
  const lines: string[] = []
  const look = (path: string) => {
    const stats = lstatSync(join(directory, path))
    const kind = stats.mode & 0o170000
    const time = options.times ? ` ${Math.round(stats.mtimeMs)}` : ''
    const meta = `${kind.toString(8)} ${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}${time}`
    const names = stats.isDirectory() ? readdirSync(join(directory, path)).sort() : []
    const content = stats.isSymbolicLink()
      ? readlinkSync(join(directory, path))
      : stats.isFile()
        ? `${stats.nlink} ${readFileSync(join(directory, path)).toString('base64')}`
        : ''
    lines.push(`${JSON.stringify(path)} ${meta} ${content}`)
    for (const name of names) look(`${path}/${name}`)
  }
  look('')
  return lines
}

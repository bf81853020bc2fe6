import type { Tree } from '../../storage/tree/tree.ts'
import { plainPath } from '../formats/plain-path.ts'
import { inForce } from './settings.ts'
import type { Unit } from './units.ts'
import { splitWords } from './words.ts'

/** The environment that a unit sets, and the files of it that are not there though they must be. */
export interface Environment {
  readonly variables: ReadonlyMap<string, string>
  readonly missing: readonly string[]
}

/** Environment=, then EnvironmentFile=, whose values win (systemd.exec(5)). */
export function environmentOf(root: Tree, unit: Unit): Environment {
  const variables = new Map<string, string>()
  const missing: string[] = []
  const set = (assignment: string) => {
    const at = assignment.indexOf('=')
    if (at > 0) variables.set(assignment.slice(0, at), assignment.slice(at + 1))
  }
  for (const { value } of inForce(unit.settings, 'Service', 'Environment')) {
    for (const { text } of splitWords(value) ?? []) set(text)
  }
  for (const { value } of inForce(unit.settings, 'Service', 'EnvironmentFile')) {
    const path = value.replace(/^-/, '')
    const plain = path.startsWith('/') ? plainPath(path) : undefined
    const real = plain && root.resolve(plain)
    const content = real !== undefined && root.lstat(real)?.kind === 'file' ? root.read(real) : undefined
    if (content === undefined && !value.startsWith('-')) missing.push(path)
    for (const line of assignmentsOf(new TextDecoder().decode(content ?? new Uint8Array()))) set(line)
  }
  return { variables, missing }
}

/** Lines of a file for EnvironmentFile=: quotes are taken off, comments begin a line (env-file.c). */
function assignmentsOf(text: string): string[] {
  return text
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => /^\s*[^#;\s]/.test(line))
    .map((line) => {
      const [, name = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      return `${name}=${value.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) => double ?? single ?? escaped)}`
    })
}

import { loadSpec } from '../../src/spec/load.ts'
import { type ParsedSpec, parseSpec } from '../../src/spec/parse.ts'
import type { ReadReferenced } from '../../src/spec/referenced.ts'
import type { Locate, Problem } from '../../src/spec/report.ts'
import type { Spec } from '../../src/spec/spec.ts'

/** Throw-away public keys; nobody has their private halves. */
export const KEYS = {
  alice: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICbtCZK+VDckcTuu0DNC31XoGeBAd/yW+xMLkG79yA9q alice',
  bob: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOAFRwqoFFN9MCklzqt0dZ+hXHC24Dsc7owfA56/635q bob',
} as const

/** crypt(3) hash of the password `x`. */
export const HASH = '$6$saltsalt$8RWsOfwR6M6PpnoeQiEiWzNTPo1f0HjVYjDnLZhGx16aBFRkeqiHAzfXP/LgrOWMBMXqiU2pLrXsSOHNUyUm91'

/** Parses the text of a spec; `files` are those that it names, by the path that stands in it. */
export function parseText(text: string, files: Readonly<Record<string, string>> = {}, today?: string): ParsedSpec {
  const read: ReadReferenced = (path) => {
    const content = files[path]
    if (content === undefined) return { failure: 'there is no such file' }
    return { bytes: new TextEncoder().encode(content), readByAll: false }
  }
  return parseSpec(new TextEncoder().encode(text), 'pibake.yaml', { read, verify: () => 'not looked at' }, today)
}

/** A sound spec from text; throws with its problems when it has an error. */
export function specOf(text: string, files: Readonly<Record<string, string>> = {}): Spec {
  return sound(parseText(text, files)).spec
}

/** The spec that lies in a file, which must be sound. */
export function specIn(file: string): { spec: Spec; locate: Locate; digest: string } {
  return sound(loadSpec(file))
}

function sound({ spec, problems, locate, digest }: ParsedSpec): { spec: Spec; locate: Locate; digest: string } {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (spec === undefined || errors.length > 0)
    throw new Error(`the spec is not sound:\n${errors.map(brief).join('\n')}`)
  return { spec, locate, digest }
}

/** `12:7 SSH004`: place and code of a problem. */
export function brief({ position, code }: Problem): string {
  return `${position?.line}:${position?.column} ${code}`
}

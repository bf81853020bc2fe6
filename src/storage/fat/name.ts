import { TargetError } from '../../base/errors.ts'
import { LONGEST } from './long-name.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that FAT does not hold
const FORBIDDEN = /["*/:<>?\\|\0-\x1f]/

/**
 * Names that differ in case only are the same on FAT, which keeps the case a name was made with.
 *
 * @returns the same text for all of them
 */
export function folded(name: string): string {
  return name.toLowerCase()
}

/** @throws TargetError when FAT cannot hold the name, or Windows and Linux would hold another one instead */
export function assertName(name: string, path: string, label: string): void {
  const why = whyNot(name)
  if (why !== undefined) throw new TargetError(`${label}: ${JSON.stringify(path)} cannot be a name on FAT: ${why}`)
}

/** Whether a name that was read can be a part of a path at all. */
export function canBePart(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)
}

function whyNot(name: string): string | undefined {
  const character = FORBIDDEN.exec(name)?.[0]
  if (character !== undefined) return `it holds ${JSON.stringify(character)}`
  if (/[. ]$/.test(name)) return 'it ends with a dot or space'
  if (name.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if (/\p{Surrogate}/u.test(name)) return 'it is not text'
  return undefined
}

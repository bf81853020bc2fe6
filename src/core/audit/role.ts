import type { Spec } from '../spec-file/spec.ts'

/** What kind of target a device is: `risk` of the spec, without its waivers. What is left out changes nothing. */
export type Role = Omit<Spec['risk'], 'waivers'>

export const NO_ROLE: Role = { exposure: undefined, place: undefined, holds: [], controls: [], shows: [], talksTo: [] }

const WORDS = {
  exposure: ['offline', 'lan', 'internet'],
  place: ['locked', 'home', 'public'],
} as const

const LISTS: readonly string[] = ['holds', 'controls', 'shows', 'talksTo'] satisfies (keyof Role)[]

const KNOWN = 'exposure=offline|lan|internet, place=locked|home|public, and holds, controls, shows, talksTo=WORD+WORD'

/**
 * Reads `exposure=internet,place=public,holds=credentials+personal-data,controls=door`.
 *
 * @returns the parts that are given, or what is wrong with the text
 */
export function parseRole(text: string): Partial<Role> | { readonly wrong: string } {
  const role: Record<string, string | readonly string[]> = {}
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, key = '', value = ''] = /^(\w+)=([\w+-]+)$/.exec(part) ?? []
    if (LISTS.includes(key)) role[key] = [...(role[key] ?? []), ...value.split('+')]
    else if ((key === 'exposure' || key === 'place') && (WORDS[key] as readonly string[]).includes(value)) {
      role[key] = value
    } else return { wrong: `'${part}' is not a part of a role: ${KNOWN}` }
  }
  return role
}

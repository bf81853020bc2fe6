/** What kind of target a device is. What is left out changes nothing. */
export interface Role {
  readonly exposure?: 'offline' | 'lan' | 'internet'
  readonly place?: 'locked' | 'home' | 'public'
  /** Things that somebody would want to have: credentials, personal-data … */
  readonly holds: readonly string[]
  /** Things in the world that it moves: door, heating, camera … */
  readonly controls: readonly string[]
}

export const NO_ROLE: Role = { holds: [], controls: [] }

const WORDS = {
  exposure: ['offline', 'lan', 'internet'],
  place: ['locked', 'home', 'public'],
} as const

/**
 * Reads `exposure=internet,place=public,holds=credentials+personal-data,controls=door`.
 *
 * @returns the role, or what is wrong with the text
 */
export function parseRole(text: string): Role | { readonly wrong: string } {
  let role = NO_ROLE
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, key = '', value = ''] = /^(\w+)=([\w+-]+)$/.exec(part) ?? []
    if (key === 'holds' || key === 'controls') role = { ...role, [key]: [...role[key], ...value.split('+')] }
    else if ((key === 'exposure' || key === 'place') && (WORDS[key] as readonly string[]).includes(value)) {
      role = { ...role, [key]: value }
    } else {
      const known = 'exposure=offline|lan|internet, place=locked|home|public, holds=WORD+WORD, controls=WORD+WORD'
      return { wrong: `'${part}' is not a part of a role: ${known}` }
    }
  }
  return role
}

import type { RootGroup } from '../../device/formats/privileged-groups.ts'
import type { Sources } from '../../device/net/reach.ts'
import type { WayIn } from './prove.ts'

/** `password`, `key SHA256:…`, `certificate for NAME of SHA256:…` */
export function meansText({ by, fingerprint, principals }: WayIn): string {
  if (by === 'certificate') return `certificate for ${principals?.join(' or ')} of ${fingerprint}`
  return by === 'key' ? `key ${fingerprint}` : 'password'
}

const SUDO = { 'asks for the password': 'sudo: password', 'asks for nothing': 'sudo: no password' } as const

/** `sudo: password, and in the group docker, which starts containers in which it is root of the device` */
export function rootText({ root, rootGroups }: Pick<WayIn, 'root' | 'rootGroups'>): string {
  const groups = rootGroups.map(({ name, does }: RootGroup) => `in the group ${name}, which ${does}`)
  const sudo = root !== 'no' ? SUDO[root] : rootGroups.length > 0 ? 'no sudo' : 'cannot become root'
  return [sudo, ...groups].join(', and ')
}

/**
 * `from everywhere except 10.0.0.0/8`, `only through wg0 (which nothing in this spec or image makes), from 192.0.2.0/24`;
 * undefined where it is open to all.
 *
 * @param unmade interfaces that nothing makes
 */
export function sourcesText(
  { from, except, interfaces, exceptInterfaces }: Sources,
  unmade: readonly string[],
): string | undefined {
  const named = interfaces?.map((name) =>
    unmade.includes(name) ? `${name} (which nothing in this spec or image makes)` : name,
  )
  const through =
    named !== undefined
      ? [`only through ${named.join(', ')}`]
      : exceptInterfaces.length > 0
        ? [`not through ${exceptInterfaces.join(', ')}`]
        : []
  const isAny = from === 'everywhere' && except.length === 0
  const without = except.length === 0 ? '' : ` except ${except.join(', ')}`
  const networks = isAny ? [] : [`from ${from === 'everywhere' ? from : from.join(', ')}${without}`]
  const text = [...through, ...networks].join(', ')
  return text === '' ? undefined : text
}

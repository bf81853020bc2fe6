const SUFFIXES = 'service socket path timer target mount automount swap slice scope device'.split(' ')
const NAME = new RegExp(`^([A-Za-z0-9:_.\\\\-]+)(?:@([A-Za-z0-9:_.\\\\@-]*))?\\.(${SUFFIXES.join('|')})$`)

/** UNIT_NAME_MAX of systemd, with the zero at its end. */
const MOST_NAME = 255

/** `getty@tty1.service`: what is before the `@`, what is after it (undefined: no `@`; empty: a template), the type. */
export interface UnitNameParts {
  readonly prefix: string
  readonly instance: string | undefined
  readonly type: string
}

/** `avahi-daemon` is `avahi-daemon.service`, as systemctl takes it. */
export function unitName(word: string): string {
  return SUFFIXES.some((suffix) => word.endsWith(`.${suffix}`)) ? word : `${word}.service`
}

/** The unit that a word of the kernel command line means: `ssh`, `/home` (systemd-debug-generator(8), unit_name_mangle()). */
export function mangledName(word: string): string {
  if (unitNameParts(word) !== undefined || !word.startsWith('/')) return unitName(word)
  const escaped = word
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replace(/[^A-Za-z0-9:_.]|^\./g, escapeCharacter))
    .join('-')
  return word.startsWith('/dev/') ? `${escaped}.device` : `${escaped === '' ? '-' : escaped}.mount`
}

const escapeCharacter = (one: string) =>
  [...new TextEncoder().encode(one)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

/** The parts of a unit's name; undefined: systemd takes it for none (systemd.unit(5)). */
export function unitNameParts(name: string): UnitNameParts | undefined {
  if (name.length > MOST_NAME) return undefined
  const [, prefix, instance, type] = NAME.exec(name) ?? []
  return prefix === undefined || type === undefined ? undefined : { prefix, instance, type }
}

/** `getty@.service` of `getty@tty1.service`; undefined: not an instance. */
export function templateOf(name: string): string | undefined {
  const parts = unitNameParts(name)
  return parts?.instance ? `${parts.prefix}@.${parts.type}` : undefined
}

/** `getty@.service` with `tty1` is `getty@tty1.service`; what is not a template stays as it is. */
export function instanceOf(name: string, instance: string): string {
  const parts = unitNameParts(name)
  return parts?.instance === '' ? `${parts.prefix}@${instance}.${parts.type}` : name
}

/** The specifiers that a unit's own name answers (systemd.unit(5)); the others stay as they are. */
export function expandName(text: string, name: string): string {
  const { prefix = '', instance = '' } = unitNameParts(name) ?? {}
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    i: instance,
    I: unescapeName(instance),
    j: prefix.slice(prefix.lastIndexOf('-') + 1),
    n: name,
    N: name.replace(/\.\w+$/, ''),
    p: prefix,
  }
  return text.replace(/%(.)/g, (whole, letter: string) => values[letter] ?? whole)
}

/** `home-alice\x2db` is `home/alice-b` (systemd-escape(1)). */
function unescapeName(text: string): string {
  return text
    .replaceAll('-', '/')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

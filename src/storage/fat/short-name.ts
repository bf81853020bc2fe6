/** Bits of byte 12, which Windows NT set first: the base, the extension is in lower case. */
const LOWER_BASE = 0x08
const LOWER_EXTENSION = 0x10
const FOREIGN = /[^A-Z0-9!#$%&'()\-@^_`{}~]/g

/** A short name as eleven characters: eight of the base, three of the extension, filled up with spaces. */
export type Short = string

/**
 * The name that a short entry stands for. Characters beyond ASCII are of a code page that the disk does not name; each
 * byte is one here. A leading 0x05 stands for 0xE5, which would mark a removed entry.
 *
 * @param flags byte 12 of the entry
 */
export function nameOf(short: Short, flags: number): string {
  const whole = short.startsWith('\x05') ? `\xe5${short.slice(1)}` : short
  const part = (text: string, isLower: boolean) => {
    const trimmed = text.replace(/ +$/, '')
    return isLower ? trimmed.toLowerCase() : trimmed
  }
  const base = part(whole.slice(0, 8), (flags & LOWER_BASE) !== 0)
  const extension = part(whole.slice(8), (flags & LOWER_EXTENSION) !== 0)
  return extension === '' ? base : `${base}.${extension}`
}

/**
 * The short name for `name` in a directory: itself in upper case if it has that form and nobody has it yet, else the
 * smallest free one with `~1`, `~2` …: only what is there already decides.
 *
 * Rules: Microsoft "FAT: General Overview of On-Disk Format" 1.03, "Short Directory Entries", "The Basis-Name".
 *
 * @param isTaken whether an entry of the directory has that short name
 */
export function shortFor(name: string, isTaken: (short: Short) => boolean): Short {
  const plain = asShort(name)
  if (plain !== undefined && !isTaken(plain)) return plain
  const { base, extension } = basis(name)
  for (let number = 1; ; number++) {
    const tail = `~${number}`
    const short = padded(base.slice(0, 8 - tail.length) + tail, extension)
    if (!isTaken(short)) return short
  }
}

/** `name` as a short name, if it has that form; case does not matter. */
export function asShort(name: string): Short | undefined {
  const { base, extension, isExact } = basis(name)
  return isExact ? padded(base, extension) : undefined
}

/** Whether the short name alone says all of `name`: it is in upper case. */
export function saysAll(short: Short, name: string): boolean {
  return nameOf(short, 0) === name
}

function basis(name: string): { base: string; extension: string; isExact: boolean } {
  const upper = name.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
  const bare = upper.replace(/^[. ]+/, '')
  const dot = bare.lastIndexOf('.')
  const base = clean(dot === -1 ? bare : bare.slice(0, dot))
  const extension = clean(dot === -1 ? '' : bare.slice(dot + 1))
  const isExact = base.length <= 8 && extension.length <= 3 && (dot === -1 ? base : `${base}.${extension}`) === upper
  return { base, extension: extension.slice(0, 3), isExact }
}

function clean(part: string): string {
  return part.replace(/[. ]/g, '').replace(FOREIGN, '_')
}

function padded(base: string, extension: string): Short {
  return base.padEnd(8) + extension.padEnd(3)
}

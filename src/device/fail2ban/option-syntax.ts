import { repr } from './python.ts'

/** `name[key=value, other="…"]`: how jails name a filter, an action, a backend (helpers.py, `extractOptions`). */
export interface WithOptions {
  readonly name: string
  readonly options: ReadonlyMap<string, string>
}

/** @throws RangeError with fail2ban's own words */
export function withOptions(text: string): WithOptions {
  const [whole, name = '', inside = ''] = /^([^[]+)(?:\[(.*)\])?\s*$/s.exec(text) ?? []
  if (whole === undefined) throw new RangeError('unexpected option syntax')
  const options = new Map<string, string>()
  for (const found of inside.matchAll(OPTION)) {
    const { key, double, single, plain, after, before } = found.groups as Record<string, string | undefined>
    if (after !== undefined) {
      const at = found.index + found[0].length - after.length
      throw new RangeError(`unexpected syntax at ${at} after option ${repr(key ?? '')}: ${after.slice(0, 25)}`)
    }
    if (before !== undefined) {
      const at = found.index + found[0].length - before.length
      throw new RangeError(`expected option, wrong syntax at ${at}: ${before.slice(0, 25)}`)
    }
    if (key !== undefined) options.set(key, (double ?? single ?? plain ?? '').trim())
  }
  return { name, options }
}

/** The actions of a jail: parted by spaces and line ends, but not inside of brackets (helpers.py, `splitWithOptions`). */
export function splitWithOptions(text: string): readonly string[] {
  return (text.match(SPLIT) ?? []).map((part) => part.trim()).filter((part) => part !== '')
}

/** helpers.py, `splitwords`. */
export function splitWords(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

// helpers.py, OPTION_EXTRACT_CRE and OPTION_SPLIT_CRE.
const OPTION =
  /\s*(?<key>[\w\-.]+)=(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<plain>[^,\]]*))(?:,|\]\s*\[|$|(?<after>.+))|,?\s*$|(?<before>.+)/gs
const SPLIT =
  /(?:[^[\s]+(?:\s*\[\s*(?:[\w\-.]+=(?:"[^"]*"|'[^']*'|[^,\]]*)\s*(?:,|\]\s*\[)?\s*)*\])?\s*|\S+)(?=\n\s*|\s+|$)/gs

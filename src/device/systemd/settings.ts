/** One assignment of a unit file, and where it stands. */
export interface Setting {
  readonly section: string
  readonly key: string
  /** Without the white space around it; lines that continue are joined by a space. */
  readonly value: string
  readonly file: string
  /** From 1: the line where it begins. */
  readonly line: number
}

/** The assignments of a unit file, in order, as systemd's config_parse() reads lines (conf-parser.c). */
export function parseUnit(text: string, file: string): readonly Setting[] {
  const settings: Setting[] = []
  let section = ''
  for (const { content, line } of logicalLines(text)) {
    const heading = /^\[(.*)\]$/.exec(content)
    const at = content.indexOf('=')
    if (heading !== null) section = heading[1] as string
    else if (at > 0) {
      settings.push({ section, key: content.slice(0, at).trim(), value: content.slice(at + 1).trim(), file, line })
    }
  }
  return settings
}

/** A line that ends with a lone `\` goes on in the next; comments in between are left out. */
function logicalLines(text: string): { content: string; line: number }[] {
  const lines: { content: string; line: number }[] = []
  let begun: string[] = []
  let line = 1
  const end = () => {
    const content = begun.join('').trim()
    if (content !== '') lines.push({ content, line })
    begun = []
  }
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*[#;]/.test(raw)) continue
    if (begun.length === 0) line = index + 1
    const isContinued = /(?<!\\)(?:\\\\)*\\$/.test(raw)
    begun.push(isContinued ? `${raw.slice(0, -1)} ` : raw)
    if (!isContinued) end()
  }
  end()
  return lines
}

/** The settings of a key that count: an empty value clears what was set before it. */
export function inForce(settings: readonly Setting[], section: string, key: string): readonly Setting[] {
  const all = settings.filter((setting) => setting.section === section && setting.key === key)
  return all.slice(all.findLastIndex(({ value }) => value === '') + 1)
}

/** The values of a key as one list of words, as systemd adds up lists of names. */
export function unitValues(settings: readonly Setting[], section: string, key: string): string[] {
  return inForce(settings, section, key).flatMap(({ value }) => value.split(/\s+/))
}

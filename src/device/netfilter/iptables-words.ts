/** An option with its values: `--dport 22`, `! -i lo`. */
export interface Option {
  readonly name: string
  readonly not: boolean
  readonly values: readonly string[]
}

/** The options of a rule that belong together: those of a match module, or of none (`''`). */
export interface Group {
  readonly module: string
  readonly options: readonly Option[]
}

/** A rule of iptables(8) taken apart. */
export interface RuleWords {
  readonly groups: readonly Group[]
  readonly target: string
  readonly isGoto: boolean
}

/** Other spellings of the options that are looked at. */
const LONG: Readonly<Record<string, string>> = {
  '-p': '--protocol',
  '--proto': '--protocol',
  '-s': '--source',
  '--src': '--source',
  '-d': '--destination',
  '--dst': '--destination',
  '-i': '--in-interface',
  '-o': '--out-interface',
  '-m': '--match',
  '-j': '--jump',
  '-g': '--goto',
  '-f': '--fragment',
  '--destination-port': '--dport',
  '--source-port': '--sport',
  '--destination-ports': '--dports',
  '--source-ports': '--sports',
}
const BASE = /^--(protocol|source|destination|in-interface|out-interface|fragment)$/

/** A line of iptables-restore as words: quotes of either kind group, a backslash takes the next character as it is. */
export function lineWords(line: string): string[] {
  const word = /(?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/g
  return [...line.matchAll(word)].map(([text]) =>
    text.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
      double !== undefined ? double.replace(/\\(.)/g, '$1') : (single ?? escaped),
    ),
  )
}

/** @param words what stands after `-A CHAIN` */
export function ruleWords(words: readonly string[]): RuleWords {
  const groups: { module: string; options: Option[] }[] = [{ module: '', options: [] }]
  let target = ''
  let isGoto = false
  for (const option of optionsOf(words)) {
    const [value = ''] = option.values
    if (option.name === '--match') groups.push({ module: value, options: [] })
    else if (option.name === '--jump' || option.name === '--goto') {
      target = value
      isGoto = option.name === '--goto'
      groups.push({ module: TARGET, options: [] })
    } else (BASE.test(option.name) ? groups[0] : groups.at(-1))?.options.push(option)
  }
  return { groups: groups.filter(({ module }) => module !== TARGET), target, isGoto }
}

/** What stands after the target is the target's own until the next match. */
const TARGET = '-j'

function optionsOf(words: readonly string[]): Option[] {
  const found: { name: string; not: boolean; values: string[] }[] = []
  let not = false
  for (const word of words) {
    if (word === '!') {
      not = true
      continue
    }
    if (/^--?[a-zA-Z0-9]/.test(word) && !/^-\d+$/.test(word)) {
      found.push({ name: LONG[word] ?? word, not, values: [] })
    } else {
      const option = found.at(-1)
      option?.values.push(word)
      if (option !== undefined && not) option.not = true
    }
    not = false
  }
  return found
}

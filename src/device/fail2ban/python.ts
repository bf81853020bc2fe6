/** Python's repr() of a string: how its messages quote a value. */
export function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = [...text].map((char) => {
    if (char === '\\' || char === quote) return `\\${char}`
    return ESCAPES[char] ?? (char !== ' ' && /[\p{C}\p{Z}]/u.test(char) ? hex(char) : char)
  })
  return `${quote}${body.join('')}${quote}`
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function hex(char: string): string {
  const code = char.codePointAt(0) as number
  const [letter, digits] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8]
  return `\\${letter}${code.toString(16).padStart(digits as number, '0')}`
}

/** What Python's int() takes of a string, in decimal; undefined: ValueError. */
export function pythonInt(text: string): number | undefined {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** The words of int() for a string that is not a number. */
export function notAnInt(text: string): string {
  return `invalid literal for int() with base 10: ${repr(text)}`
}

/** Python's shlex.split() in its POSIX mode; undefined: "No closing quotation" or "No escaped character". */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  const word = /(?:\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*'|[^\s\\"'])+|\s+/y
  while (word.lastIndex < text.length) {
    const [found] = word.exec(text) ?? []
    if (found === undefined) return undefined
    if (found.trim() !== '') words.push(found.replace(/\\([\s\S])|["']/g, '$1'))
  }
  return words
}

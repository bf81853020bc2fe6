import { repr } from './python.ts'

/** A regular expression as Python's `re` compiles it: the names of its groups, or why it does not. */
export type Compiled = { readonly names: ReadonlySet<string> } | { readonly error: string }

/** Whether Python's `re` takes an expression (re/_parser.py of Python 3.11 and 3.13, which refuse the same). */
export function compiled(source: string): Compiled {
  try {
    return { names: new Scanner(source).scan() }
  } catch (error) {
    if (error instanceof SyntaxError) return { error: error.message }
    throw error
  }
}

/** What a quantifier finds before it. */
type Before = 'nothing' | 'item' | 'repeat'

const LETTERS = 'AbBdDsSwWZafnrtvxuUN'
const LETTERS_IN_SET = 'bdDsSwWafnrtvxuUN'
/** After `(`: what kind of group it is. */
const GROUP =
  /\?(?:P<(?<name>[^>]*)>|P=(?<back>[^)]*)(?<end>\))|#[^)]*(?<comment>\))|[:=!>]|<[=!]|\((?<condition>[^)]*)\)|(?<flags>[aiLmsux]*(?:-[imsx]+)?)(?<kind>[:)]))/y

class Scanner {
  readonly #text: string
  readonly #names = new Map<string, number>()
  /** For each group that is open: whether it is one that looks back. */
  readonly #open: boolean[] = []
  #groups = 0
  #at = 0
  #before: Before = 'nothing'

  constructor(text: string) {
    this.#text = text
  }

  scan(): ReadonlySet<string> {
    while (this.#at < this.#text.length) this.#next()
    if (this.#open.length > 0) throw new SyntaxError('missing ), unterminated subpattern')
    return new Set(this.#names.keys())
  }

  #next(): void {
    const char = this.#text[this.#at++] as string
    const repeat = this.#repeat(char)
    if (repeat !== undefined) {
      this.#again(repeat)
      return
    }
    this.#before = '|(^$'.includes(char) ? 'nothing' : 'item'
    if (char === '\\') this.#escape()
    else if (char === '[') this.#set()
    else if (char === '(') this.#group()
    else if (char === ')' && this.#open.pop() === undefined) throw new SyntaxError('unbalanced parenthesis')
  }

  /** The quantifier that begins with `char`, if one does; `{` is one only when it is complete. */
  #repeat(char: string): string | undefined {
    if ('*+?'.includes(char)) return char
    const [found] = /^\{(?:\d+(?:,\d*)?|,\d*)\}/.exec(this.#text.slice(this.#at - 1)) ?? []
    return found
  }

  #again(repeat: string): void {
    if (this.#before === 'nothing') throw new SyntaxError('nothing to repeat')
    if (this.#before === 'repeat') throw new SyntaxError('multiple repeat')
    const [, low, high] = /^\{(\d*),(\d+)\}$/.exec(repeat) ?? []
    if (Number(low ?? 0) > Number(high ?? Number.POSITIVE_INFINITY)) {
      throw new SyntaxError('min repeat greater than max repeat')
    }
    if (this.#open.includes(true) && !/^\{\d+\}$/.test(repeat)) {
      throw new SyntaxError('look-behind requires fixed-width pattern')
    }
    this.#at += repeat.length - 1
    if ('?+'.includes(this.#text[this.#at] ?? ' ')) this.#at++
    this.#before = 'repeat'
  }

  #escape(): void {
    const char = this.#text[this.#at++]
    if (char === undefined) throw new SyntaxError('bad escape (end of pattern)')
    if (/[a-z]/i.test(char) && !LETTERS.includes(char)) throw new SyntaxError(`bad escape \\${char}`)
    if ('AbBZ'.includes(char)) this.#before = 'nothing'
    const [digits] = /^[1-9]\d?(?!\d)/.exec(this.#text.slice(this.#at - 1)) ?? []
    if (digits === undefined) return
    if (Number(digits) > this.#groups) throw new SyntaxError(`invalid group reference ${digits}`)
    this.#at += digits.length - 1
  }

  #set(): void {
    const [whole, inside = ''] = /^\^?(\]?(?:\\[\s\S]|[^\]\\])*)\]/.exec(this.#text.slice(this.#at)) ?? []
    if (whole === undefined) throw new SyntaxError('unterminated character set')
    this.#at += whole.length
    for (const [, letter = ''] of inside.matchAll(/\\([\s\S])/g)) {
      if (/[a-z]/i.test(letter) && !LETTERS_IN_SET.includes(letter)) throw new SyntaxError(`bad escape \\${letter}`)
    }
    for (const [range, from = '', to = ''] of inside.matchAll(/(\\[\s\S]|[^\\])-(\\[\s\S]|[^\\])/g)) {
      const isClass = /^\\[dswDSW]$/
      if (isClass.test(from) || isClass.test(to) || (from.length === 1 && to.length === 1 && from > to)) {
        throw new SyntaxError(`bad character range ${range}`)
      }
    }
  }

  #group(): void {
    if (this.#text[this.#at] !== '?') {
      this.#groups++
      this.#open.push(false)
      return
    }
    GROUP.lastIndex = this.#at
    const found = GROUP.exec(this.#text)
    if (found === null) throw new SyntaxError(`unknown extension ${this.#text.slice(this.#at, this.#at + 3)}`)
    const { name, back, end, comment, condition, flags, kind } = found.groups as Record<string, string | undefined>
    if (flags !== undefined && kind === ')' && this.#at !== 1) {
      throw new SyntaxError('global flags not at the start of the expression')
    }
    this.#at += found[0].length
    if (name !== undefined) this.#call(name)
    const known = back ?? condition
    if (known !== undefined && !this.#isGroup(known)) throw new SyntaxError(`unknown group name ${repr(known)}`)
    if (end !== undefined) this.#before = 'item'
    if (end ?? comment ?? (kind === ')' ? kind : undefined)) return
    this.#open.push(found[0].startsWith('?<'))
  }

  #isGroup(name: string): boolean {
    return this.#names.has(name) || (/^\d+$/.test(name) && Number(name) <= this.#groups)
  }

  #call(name: string): void {
    this.#groups++
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw new SyntaxError(`bad character in group name ${repr(name)}`)
    const was = this.#names.get(name)
    if (was !== undefined) {
      throw new SyntaxError(`redefinition of group name ${repr(name)} as group ${this.#groups}; was group ${was}`)
    }
    this.#names.set(name, this.#groups)
  }
}

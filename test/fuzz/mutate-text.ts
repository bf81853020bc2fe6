import { type Mutate, pick, type Random } from './reader.ts'

/** Bytes; most inputs are as long as their seeds. */
const LONGEST = 256 * 1024

/** What ends words, lines, strings and lists somewhere, or is no text at all. */
const MARKS = [
  ...'\0\t\r\n\\"\'#;=,:!*?%@$|&<>()[]{}~^+-/. ',
  ...['\\\n', '\\\\', '""', '\r\n', '\n\n', ' \\\n\t', '${', '%(', '%%', '*a*a*a*', '\x1b', '\x7f', '\x80', '\xff'],
  // U+2028 and U+FEFF, and a letter that is longer when it is put in upper case.
  ...['\xe2\x80\xa8', '\xef\xbb\xbf', '\xc3\x9f'],
]

const NUMBERS = ['0', '-1', '1', '22', '32', '33', '64', '128', '255', '256', '65535', '65536', '2147483647']
const LARGE = [
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '99999999999999999999',
  '1e999',
  '0x7f',
  '00',
]

/**
 * Changes texts as somebody would who knows the format: words of its own in the place of others, lines repeated, moved
 * and left out, pieces of another text, and bytes that are no text. Strings hold a byte in each character.
 *
 * @param words of the format
 */
export function textMutations(words: readonly string[]): Mutate {
  const known = words.map((word) => Buffer.from(word).toString('latin1'))
  return (seeds, random) => {
    const seed = () => latin1(pick(random, seeds))
    const word = () => pick(random, [known, MARKS, NUMBERS, LARGE][random(8)] ?? known)
    // Now and then no sentence of the language at all.
    let text = random(20) === 0 ? soup(word, random) : seed()
    for (let n = 1 + random(6); n > 0; n--) text = change(text, seed, word, random)
    return Buffer.from(text.slice(0, LONGEST), 'latin1')
  }
}

function soup(word: () => string, random: Random): string {
  const glue = ['', ' ', '\n', '=', ',', ' = ', ':']
  return Array.from({ length: 1 + random(40) }, () => word() + pick(random, glue)).join('')
}

function change(text: string, seed: () => string, word: () => string, random: Random): string {
  const lines = text.split('\n')
  const line = random(lines.length)
  const at = random(text.length + 1)
  const end = Math.min(text.length, at + random(pick(random, [4, 40, 400])))
  const spliced = (piece: string) => text.slice(0, at) + piece + text.slice(end)
  switch (random(13)) {
    case 0:
      return lines.toSpliced(line, 1).join('\n')
    case 1:
      return lines.toSpliced(random(lines.length), 0, lines[line] ?? '').join('\n')
    case 2:
      return lines.toSpliced(line, 0, pick(random, seed().split('\n'))).join('\n')
    case 3:
      return text.slice(0, at) + word() + text.slice(at)
    case 4:
    case 5:
      return replaceToken(text, word, random)
    case 6:
      return replaceNumber(text, pick(random, [...NUMBERS, ...LARGE]), random)
    case 7:
      return text.slice(0, at)
    case 8:
      return spliced('')
    case 9:
      return spliced(seed().slice(at, at + random(400)))
    case 10:
      return spliced(String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random(8))))
    case 11:
      return spliced(pick(random, MARKS))
    default:
      return spliced(text.slice(at, end).repeat(times(random)))
  }
}

/** Seldom so often that what takes the square of the time is seen. */
function times(random: Random): number {
  return random(40) === 0 ? 2 ** (6 + random(8)) : 2 + random(8)
}

function replaceToken(text: string, word: () => string, random: Random): string {
  const tokens = text.split(/([\s=,:;"'()[\]{}]+)/)
  tokens[2 * random(Math.ceil(tokens.length / 2))] = word()
  return tokens.join('')
}

function replaceNumber(text: string, number: string, random: Random): string {
  const found = [...text.matchAll(/\d+/g)]
  const { 0: old = '', index = 0 } = found[random(found.length)] ?? {}
  return text.slice(0, index) + number + text.slice(index + old.length)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'
import { pages } from './pages.ts'

const test = suite('house: plain words')

/** English that a reader stumbles over. "There is no …" and "is no longer" are good. */
const BANNED =
  /(?<!there )\bis no (?!longer\b)|(?:that|which|its? \w+|node) is none\b|tells more|\bvouch|\bbe had\b|you may not|\bknock|\bstands? (?:twice|alone|in)\b|\bis told\b|\bmend(?:s|ed)?\b|\bsmall (?:letter|hex)/i

/** The string and template literals of a source file with their lines; comments and regular expressions are left out. */
function literalsOf(source: string): { line: number; text: string }[] {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
  return [...source.matchAll(token)]
    .filter(([text]) => !text.startsWith('/'))
    .map(({ 0: text, index }) => ({ line: source.slice(0, index).split('\n').length, text }))
}

const filesUnder = (directory: string, ends: RegExp) =>
  readdirSync(join(packageRoot, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.test(entry.name))
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)))
    .sort()

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')

test('the words that the lint looks for are found where they are, and not where they are good English', () => {
  const found = (source: string) => literalsOf(source).some(({ text }) => BANNED.test(text))
  for (const bad of [
    "'x is no lock'",
    '`x tells more`',
    '"it cannot be had"',
    "'a size that is none'",
    "'X stands twice'",
  ])
    assert.ok(found(bad), bad)
  for (const good of [
    "'there is no file'",
    "'it is no longer there'",
    "// it is no tar\n'a'",
    "'standard, understand'",
  ])
    assert.not(found(good), good)
})

test('messages of the program are in plain words', () => {
  const wrong = filesUnder('src', /\.ts$/).flatMap((file) =>
    literalsOf(read(file)).flatMap(({ line, text }) => (BANNED.test(text) ? [`${file}:${line} ${text}`] : [])),
  )
  assert.equal(wrong, [])
})

test('pages for readers are in plain words, and so is what the first start and the templates write', () => {
  const written = [...filesUnder('templates', /\.ejs$/), ...filesUnder('firstboot', /^[^.]+$|\.sh$/)]
  const wrong = [...pages(), ...written].flatMap((file) =>
    read(file)
      .split('\n')
      // In a script of the shell a comment is not a message.
      .filter((line) => !written.includes(file) || !/^\s*#/.test(line))
      .filter((line) => BANNED.test(line))
      .map((line) => `${file}: ${line}`),
  )
  assert.equal(wrong, [])
})

import * as assert from 'uvu/assert'
import { isEncoding } from '../../../src/device/fail2ban/encodings.ts'
import { splitWithOptions, withOptions } from '../../../src/device/fail2ban/option-syntax.ts'
import { pythonInt, repr, shellWords } from '../../../src/device/fail2ban/python.ts'
import { compiled } from '../../../src/device/fail2ban/regex-syntax.ts'
import { notSeconds } from '../../../src/device/fail2ban/seconds.ts'
import { notTimeZone } from '../../../src/device/fail2ban/time-zones.ts'
import { CHECKS } from '../../../src/device/fail2ban/values.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

/** The truth of each row was asked of Python and of fail2ban's own functions. */
const test = suite('values, as fail2ban and Python read them')

test('spans of time', () => {
  const taken = ['600', '-1', '1h', '1h 30m', '1d12h', '2 weeks', '1year-6mo', '(60*60)+5m', '1.5h', '0', '5 10']
  const refused = ['', 'forever', '3 fortnights', '010', '1h +', '1e3', '5m)', '(5m', '10 m in']
  for (const text of taken) assert.is(notSeconds(text), undefined, text)
  for (const text of refused) assert.type(notSeconds(text), 'string', text)
  assert.is(notSeconds('forever'), "name 'forever' is not defined")
  assert.is(notSeconds('3 fortnights'), 'invalid syntax')
})

test('formulas', () => {
  const taken = [
    'ban.Time * (1<<(ban.Count if ban.Count<20 else 20)) * banFactor',
    'ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)',
    'a ** b // c',
    'x and not y or z',
    'lambda x: x',
    'a <= b',
    '1.',
    'a[0]',
    '',
  ]
  const refused = ['ban.Time *', 'ban.Time * 1 2', 'ban Time', 'f(', 'f)', 'a =', 'a if b else']
  const isTaken = (text: string) =>
    CHECKS['bantime.formula']?.(text, { release: 'trixie', root: memoryTree({}) }) === undefined
  for (const text of taken) assert.ok(isTaken(text), text)
  for (const text of refused) assert.not(isTaken(text), text)
})

test('whole numbers', () => {
  for (const text of ['5', ' 5 ', '+5', '-5', '1_000', '007']) assert.type(pythonInt(text), 'number', text)
  for (const text of ['', 'five', '5x', '0x5', '5.0', '1__0', '_1']) assert.is(pythonInt(text), undefined, text)
})

test('names with options', () => {
  const { name, options } = withOptions('nftables[port="80,443", name=\'a b\', x=][y=1]')
  assert.is(name, 'nftables')
  assert.equal([...options], [['port', '80,443'], ['name', 'a b'], ['x', ''], ['y', '1']]) // biome-ignore format: a table
  for (const text of ['', '[a=1]', 'a[b=1', 'a[b]', 'a[b=1 c]d']) {
    assert.throws(() => withOptions(text), (error: unknown) => error instanceof RangeError, text) // biome-ignore format: one line
  }
})

test('actions, parted', () => {
  assert.equal(splitWithOptions('a[b="1 2", c=3] d\n  e [f=1]\n'), ['a[b="1 2", c=3]', 'd', 'e [f=1]'])
  assert.equal(splitWithOptions(''), [])
})

test('words of a shell', () => {
  assert.equal(shellWords(' a "b c" d\'e f\'g \\h "i\\"j" '), ['a', 'b c', 'de fg', 'h', 'i"j'])
  assert.is(shellWords('a "b'), undefined)
  assert.is(shellWords('a \\'), undefined)
})

test('text as Python quotes it', () => {
  assert.is(repr("it's"), '"it\'s"')
  assert.is(repr('a\n\t\\"\''), "'a\\n\\t\\\\\"\\''")
  assert.is(repr('\ufeffé\x07'), "'\\ufeffé\\x07'")
})

test('time zones', () => {
  for (const zone of ['', 'UTC', 'CET+0100', '+01:00', 'Z', '-05']) assert.is(notTimeZone(zone), undefined, zone)
  for (const zone of ['Europe/Vienna', 'utc', 'ABC', 'UTC+2']) assert.type(notTimeZone(zone), 'string', zone)
})

test('encodings', () => {
  for (const name of ['auto', 'utf-8', 'UTF_8', 'latin1', 'iso-8859-15', 'cp1252', 'koi8-r']) {
    assert.ok(isEncoding(name), name)
  }
  for (const name of ['', 'latin-99', 'iso-8859-12', 'unicode', 'utf-9']) assert.not(isEncoding(name), name)
})

test('regular expressions that Python compiles', () => {
  const taken = [
    '^a(?:b|c)+?\\s*$',
    '(?P<x>a)(?P=x)(?(x)b|c)',
    '[]a-z\\d-]{2,}{',
    '(?i)a(?-i:b)(?#c)',
    '(?<!a{2})(?<=ab)c(?=d)(?!e)',
    'a{,3}b{x}c{}',
    '(a)\\1',
    '(?>a)b++',
    '[^]]',
  ]
  for (const text of taken) assert.ok('names' in compiled(text), `${text}: ${JSON.stringify(compiled(text))}`)
})

test('regular expressions that it does not compile', () => {
  const refused: Readonly<Record<string, string>> = {
    '(a': 'missing ), unterminated subpattern',
    'a)': 'unbalanced parenthesis',
    '[a': 'unterminated character set',
    '*a': 'nothing to repeat',
    'a|*b': 'nothing to repeat',
    '^+': 'nothing to repeat',
    'a**': 'multiple repeat',
    'a{3,2}': 'min repeat greater than max repeat',
    '\\y': 'bad escape \\y',
    '[\\y]': 'bad escape \\y',
    'a\\': 'bad escape (end of pattern)',
    '[z-a]': 'bad character range z-a',
    '[\\d-z]': 'bad character range \\d-z',
    '(?P<x>a)(?P<x>b)': "redefinition of group name 'x' as group 2; was group 1",
    '(?P<x-y>a)': "bad character in group name 'x-y'",
    '(?P=x)': "unknown group name 'x'",
    '\\1': 'invalid group reference 1',
    'a(?i)b': 'global flags not at the start of the expression',
    '(?<=a*)b': 'look-behind requires fixed-width pattern',
    '(?<x>a)': 'unknown extension ?<x',
  }
  for (const [text, error] of Object.entries(refused)) assert.equal(compiled(text), { error }, text)
})

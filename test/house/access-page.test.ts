import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { isCode } from '../../src/base/report/codes.ts'
import { suite } from '../support/suite.ts'
import { reachedFrom, readImports } from './import-graph.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const graph = readImports(join(repository, 'src'))
const tests = readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.test.ts'),
)
const sourceOf = (file: string) => readFileSync(join(repository, 'src', file), 'utf8')
const testText = (file: string) => readFileSync(join(repository, 'test', file), 'utf8')
/** This test provokes each code by the page that documents it. */
const EVERY_CODE = 'generated/error-pages.test.ts'

/** A row of docs/access.md: what decides, who reads it, and which tests are behind it. */
interface Row {
  readonly decides: string
  /** Files of src/, from there. */
  readonly readers: readonly string[]
  readonly codes: readonly string[]
  /** Files of test/, from there. */
  readonly tests: readonly string[]
  /** Names in the last two columns that are the end of no path, or of several. */
  readonly unknown: readonly string[]
}

/** Files whose path ends with a name. */
const named = (files: readonly string[], name: string) => files.filter((file) => `/${file}`.endsWith(`/${name}`))
const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
const codesIn = (text: string) => [...new Set(text.match(/\b[A-Z]{3}0\d\d\b/g) ?? [])].sort()

/** `ACC010 to ACC013`: every code from one to the other. */
const spelledOut = (cell: string) =>
  cell.replace(/(ACC)(\d+) to ACC(\d+)/g, (_, letters: string, first: string, last: string) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${letters}0${Number(first) + i}`).join(' '),
  )

function rowOf(line: string, above: Row | undefined): Row {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1)
  const [reader = '', test = ''] = cells.slice(-2)
  const readers = quoted(reader).map((name) => ({ name, files: named([...graph.keys()], name) }))
  const own = quoted(test).map((name) => ({ name, files: named(tests, `${name}.test.ts`) }))
  const unknown = [...readers, ...own].filter(({ files }) => files.length !== 1).map(({ name }) => name)
  return {
    decides: (cells.at(-4) ?? '').trim(),
    readers: readers.flatMap(({ files }) => files),
    codes: codesIn(spelledOut(reader)),
    tests: [...(test.includes('the same') ? (above?.tests ?? []) : []), ...own.flatMap(({ files }) => files)],
    unknown,
  }
}

const page = readFileSync(join(repository, 'docs/access.md'), 'utf8')
const rows: Row[] = []
for (const line of page.split('\n').filter((text) => text.startsWith('|'))) {
  if (/^\|[\s|-]+$/.test(line) || line.includes('| reader |')) continue
  rows.push(rowOf(line, rows.at(-1)))
}

/** Where the proof begins, and what of it is in its own room. */
const BEGINNING = 'core/compile-for.ts'
const proof = [...reachedFrom(graph, [BEGINNING], () => false).keys()].filter(
  (file) => file.startsWith('core/access/') || file === BEGINNING,
)

const wrong = (of: (row: Row) => readonly string[]) =>
  rows.flatMap((row) => of(row).map((what) => `${row.decides}: ${what}`))

const test = suite('house: docs/access.md')

test('every reader and every test that a row names is there, once', () => {
  assert.ok(rows.length > 60, `${rows.length} rows`)
  assert.equal(
    wrong((row) => row.unknown),
    [],
  )
})

test('every row has a reader and a test', () => {
  assert.equal(
    rows.filter(({ readers, tests }) => readers.length === 0 || tests.length === 0).map(({ decides }) => decides),
    [],
  )
})

test('every reader and every gate of the proof has a row', () => {
  const listed = ['core/access/readers/readers.ts', 'core/access/gates.ts'].flatMap((file) =>
    [...(graph.get(file) ?? [])].filter((one) => !/\/(facts|finding|finished-device)\.ts$/.test(one)),
  )
  assert.ok(listed.length > 20, `${listed.length} readers and gates`)
  const inRows = new Set(rows.flatMap(({ readers }) => readers))
  assert.equal(
    listed.filter((file) => !inRows.has(file)),
    [],
  )
})

test('the proof asks every reader that a row names', () => {
  const asked = reachedFrom(graph, [BEGINNING], () => false)
  assert.equal(
    wrong(({ readers }) => readers.filter((file) => !asked.has(file))),
    [],
  )
})

test('the page names every code that the proof gives, and no other', () => {
  const given = codesIn(proof.map(sourceOf).join('\n'))
  const inRows = codesIn(rows.flatMap(({ codes }) => codes).join(' ')).filter((code) => code.startsWith('ACC'))
  assert.equal(inRows, given)
})

test('a test of each row holds each of its codes', () => {
  assert.equal(
    wrong(({ codes, tests: own }) => {
      const text = own.map(testText).join('\n')
      return codes.filter((code) => !isCode(code) || !(text.includes(code) || own.includes(EVERY_CODE)))
    }),
    [],
  )
})

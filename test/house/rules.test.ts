import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

function filesUnder(directory: string): string[] {
  if (!existsSync(join(repository, directory))) return []
  return readdirSync(join(repository, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)))
    .sort()
}

const read = (file: string) => readFileSync(join(repository, file), 'utf8')

const test = suite('house rules')

test('no template prints a raw value', () => {
  const templates = filesUnder('templates')
  assert.ok(templates.length > 0)
  assert.equal(
    templates.filter((file) => read(file).includes('<%-')),
    [],
  )
})

test('no test is switched off or runs alone', () => {
  const off = /\b(?:test|it|suite|inner)\.(?:only|skip|todo)\b/
  assert.equal(
    filesUnder('test').filter((file) => off.test(read(file))),
    [],
  )
})

test('no host of a package registry or mirror is named', () => {
  const names = [
    'registry[.]npmjs[.]org',
    '(?:deb|security|ftp|snapshot)[.]debian[.]org',
    'archive[.]raspberrypi[.](?:org|com)',
  ]
  const host = new RegExp(names.join('|'), 'i')
  const places = ['src', 'test', 'templates', 'firstboot', 'docs', 'examples', 'bench', 'schema', '.ci']
  const topLevel = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'package.json',
    'package-lock.json',
    '.npmrc',
  ]
  const files = [...places.flatMap(filesUnder), ...topLevel.filter((file) => existsSync(join(repository, file)))]
  assert.equal(
    files.filter((file) => host.test(read(file))),
    [],
  )
})

test('every file of src/ and test/ that a document names is there', () => {
  const documents = [
    ...filesUnder('docs'),
    ...filesUnder('bench').filter((file) => file.endsWith('.md')),
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
  ]
  const named = documents.flatMap((document) =>
    // Whole paths alone, not patterns of several or `RELEASE-DATE.json`. CHANGELOG.md is left out: it speaks of the past.
    [...read(document).matchAll(/`((?:src|test)\/[\w./-]*)`/g)].map(([, path = '']) => ({ document, path })),
  )
  assert.ok(named.length > 50, `${named.length} names`)
  assert.equal(
    named
      .filter(({ path }) => !/\/[A-Z]+-[A-Z]/.test(path) && !existsSync(join(repository, path)))
      .map(({ document, path }) => `${document}: ${path}`),
    [],
  )
})

test('what users install: these packages and no others', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dependencies?: Record<string, string> }>
  }
  const installed = new Set<string>()
  const seen = new Set<string>()
  /** Where Node finds a package that `from` names: in the nearest node_modules. */
  const placeOf = (from: string, name: string): string => {
    const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`
    if (from === '' || place in packages) return place
    return placeOf(from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''), name)
  }
  const visit = (path: string) => {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      const place = placeOf(path, name)
      if (seen.has(place)) continue
      seen.add(place)
      installed.add(name)
      visit(place)
    }
  }
  visit('')
  assert.equal([...installed].sort(), expectedPackages)
})

/** Each one is a decision: whoever adds a name says in the commit why pibake cannot do without it. */
const expectedPackages =
  '@clack/core @clack/prompts @noble/ciphers @noble/curves @noble/hashes @noble/post-quantum @scure/base age-encryption ansi-regex b4a bare-buffer bare-events bare-fs bare-path bare-stream bare-url cli-progress commander csv-parse diff ejs emoji-regex events-universal fast-fifo fast-string-truncated-width fast-string-width fast-wrap-ansi fs-extra fzstd graceful-fs is-fullwidth-code-point jsonfile pend sisteransi smol-toml streamx string-width strip-ansi tar-stream teex text-decoder universalify uqr valibot xz-decompress yaml yauzl'.split(
    ' ',
  )

test('a program is started by the path that findProgram gives', () => {
  const called = /(?<![.\w])(?:spawn|execFile|exec)(?:Sync)?\((?!\s*(?:program, args, options|programPath\())/
  const callers = filesUnder('src').filter((file) => read(file).includes("'node:child_process'"))
  assert.ok(callers.length > 3)
  assert.equal(
    callers.filter((file) => called.test(read(file))),
    [],
  )
})

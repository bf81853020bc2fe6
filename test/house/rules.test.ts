import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
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

interface Import {
  /** A package by name, an own file by its path in the repository. */
  readonly module: string
  /** What is taken from it; empty for a default, namespace or bare import. */
  readonly names: readonly string[]
}

/** What a source file imports at run time. */
function importsOf(file: string): Import[] {
  const statements = /^(?:import|export)\s(?!type\b)([^'";]*?\sfrom\s)?'([^']+)'/gm
  return [...read(file).matchAll(statements)].map(([, clause = '', name = '']) => ({
    module: name.startsWith('.') ? relative(repository, join(repository, dirname(file), name)) : name,
    names: (/\{([^}]*)\}/.exec(clause)?.[1] ?? '')
      .split(',')
      .map((part) => part.trim().replace(/\s+as\s.*/, ''))
      .filter((part) => part !== '' && !part.startsWith('type ')),
  }))
}

const test = suite('house rules')

/** Rooms whose result depends on what they are given alone; what they import has to be so too. */
const pureRooms = ['plan', 'controls', 'encode', 'formats', 'ufw', 'access', 'ext4', 'fat32']
/** Reads the templates that the package ships: constant, and the only door of the pure rooms to the disk. */
const assets = 'src/assets.ts'
/** What of Node's own modules computes and nothing else. */
const pureImports: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['createHash'],
  'node:net': ['BlockList', 'isIP', 'isIPv4', 'isIPv6'],
}

const isPure = (module: string, names: readonly string[]) =>
  names.length > 0 && names.every((name) => pureImports[module]?.includes(name))

test('pure rooms reach no file system, clock, process or random source', () => {
  const wrong: string[] = []
  const seen = new Set<string>()
  const visit = (file: string, from: string) => {
    if (file === assets || seen.has(file)) return
    seen.add(file)
    for (const { module, names } of importsOf(file)) {
      if (module.startsWith('src/')) visit(module, file)
      else if (module.startsWith('node:') && !isPure(module, names)) wrong.push(`${file} (from ${from}): ${module}`)
    }
    const impure =
      /\b(?:Date\.now|new Date\(\)|Math\.random|random(?:Bytes|UUID|Int|FillSync)|process\.|performance\.|setTimeout)/
    for (const line of read(file).split('\n')) {
      if (impure.test(line) && !/^\s*(?:\*|\/\/|\/\*)/.test(line)) wrong.push(`${file} (from ${from}): ${line.trim()}`)
    }
  }
  const starts = pureRooms.flatMap((room) => filesUnder(`src/${room}`))
  assert.ok(starts.length > 10, 'the rooms are where they are looked for')
  for (const file of starts) visit(file, 'itself')
  assert.equal(wrong, [])
})

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
  'ansi-regex b4a bare-buffer bare-events bare-fs bare-path bare-stream bare-url cli-progress commander diff ejs emoji-regex events-universal fast-fifo fs-extra fzstd graceful-fs is-fullwidth-code-point jsonfile streamx string-width strip-ansi tar-stream teex text-decoder universalify valibot xz-decompress yaml'.split(
    ' ',
  )

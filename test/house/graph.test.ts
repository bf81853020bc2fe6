import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { circleIn, type Graph, grouped, importsOf, reachedFrom, readImports } from './import-graph.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const source = join(repository, 'src')
const architecture = readFileSync(join(repository, 'docs/architecture.md'), 'utf8')
const graph = readImports(source)

/** The first folder of a path. */
const wingOf = (file: string) => file.split('/')[0] as string
/** The first two folders of a path; the files that lie in a wing itself are a room of its name. */
const roomOf = (file: string) => file.split('/').slice(0, -1).slice(0, 2).join('/')

const test = suite('import graph')

test('every file of src/ is read, and what they import of src/ is there', () => {
  assert.ok(graph.size > 300, `${graph.size} files`)
  const own = [...graph.values()].flatMap((imports) => [...imports]).filter((name) => name.endsWith('.ts'))
  assert.equal(
    own.filter((name) => !graph.has(name)),
    [],
  )
})

test('every way of importing is seen', () => {
  const text = [
    "import fs from 'node:fs'",
    "import type { A } from './a.ts'",
    'import {',
    '  b,',
    '  type B,',
    "} from '../b.ts'",
    "import * as c from './in/c.ts'",
    "import './d.ts'",
    "export { e } from './e.ts'",
    "export type * from './f.ts'",
    "const g = await import('./g.ts')",
    "type H = import('./h.ts').H",
    "const no = 'from elsewhere'",
  ]
  const found = importsOf('wing/room/own.ts', text.join('\n')).sort()
  const inRoom = ['a', 'd', 'e', 'f', 'g', 'h', 'in/c'].map((name) => `wing/room/${name}.ts`)
  assert.equal(found, [...inRoom, 'node:fs', 'wing/b.ts'].sort())
})

const graphOf = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
  new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]))

test('a circle is found, and shown as a path', () => {
  const circle = graphOf({ 'a/1.ts': ['a/2.ts', 'b/1.ts'], 'a/2.ts': [], 'b/1.ts': ['c/1.ts'], 'c/1.ts': ['b/1.ts'] })
  assert.equal(circleIn(circle), ['b/1.ts', 'c/1.ts', 'b/1.ts'])
  assert.is(circleIn(graphOf({ a: ['b', 'c'], b: ['c'], c: [] })), undefined, 'two ways to one place are no circle')
  const rooms = graphOf({ 'a/1.ts': ['b/1.ts'], 'b/1.ts': [], 'b/2.ts': ['a/2.ts'], 'a/2.ts': [] })
  assert.is(circleIn(rooms), undefined)
  assert.equal(circleIn(grouped(rooms, wingOf)), ['a', 'b', 'a'])
})

test('no wing, no room and no file imports itself by way of others', () => {
  assert.equal(circleIn(grouped(graph, wingOf)), undefined, 'a circle of wings')
  assert.equal(circleIn(grouped(graph, roomOf)), undefined, 'a circle of rooms')
  assert.equal(circleIn(grouped(graph, String)), undefined, 'a circle of files')
})

/** The wings in the order of the picture, each with those that an arrow leads to. */
function picture(): Map<string, string[]> {
  const drawn = /^```mermaid\n(.*?)^```/ms.exec(architecture)?.[1] ?? ''
  const wings = new Map([...drawn.matchAll(/^ {4}(\w+)\[/gm)].map(([, wing]) => [wing as string, [] as string[]]))
  for (const [, from = '', to = ''] of drawn.matchAll(/^ {4}(\w+) --> (.+)$/gm))
    wings.get(from)?.push(...to.split(' & '))
  return wings
}

test('the picture of the wings shows what imports what, no more and no less', () => {
  const sorted = (wings: Iterable<readonly [string, Iterable<string>]>) =>
    Object.fromEntries([...wings].map(([wing, imports]) => [wing, [...imports].sort()]))
  assert.equal(sorted(picture()), sorted(grouped(graph, wingOf)))
})

test('the table of rooms names each room, and no other', () => {
  const named = [...architecture.matchAll(/^\| `src\/([\w/-]+)\/` \|/gm)].map(([, room]) => room as string)
  assert.equal(named.sort(), [...grouped(graph, roomOf).keys()].sort())
})

/** What runs wherever JavaScript does: it computes, and the host comes in as an argument or by one door. */
const portable = [
  'core',
  'device',
  'base/bytes',
  'base/encode',
  'base/report',
  'web/form',
  'web/job',
  'storage/ext4',
  'storage/fat',
  'storage/jbd2',
]
/** The same for all that these reach: compile, prove, and edit an image and read it back. */
const starts = [
  'core/compile-for.ts',
  'core/check/parse.ts',
  'write/apply/open-image.ts',
  'write/apply/read-back.ts',
  'write/emit/manifest.ts',
  'write/emit/overlay-bytes.ts',
]
const isDoor = (file: string) => file.startsWith('base/host/')
/** Packages that compute and nothing else. */
const packages = ['diff', 'ejs', 'smol-toml', 'tar-stream', 'valibot', 'yaml']
const HOST =
  /(?<![\w.#])(?:Buffer|process|globalThis|require|fetch|Worker|Date\.now|Math\.random|crypto|performance|set(?:Timeout|Interval|Immediate))\b|\bDate\(\)/

/** The lines of code that use what the host has; a name in a comment or a string is none. */
function hostUses(text: string): string[] {
  const code = text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, "''")
  return code.split('\n').filter((line) => HOST.test(line))
}

test('the use of the host is seen, in code alone', () => {
  const uses = ['Buffer.from(a)', 'new Date()', 'process.env', 'setTimeout(f)', 'const at = Date.now()']
  for (const line of uses) assert.equal(hostUses(line), [line])
  assert.equal(hostUses("// Buffer\n/** of\n * Buffer */\nnew Date(0)\nconst a = 'a process'\nthis.#fetch(a)"), [])
})

test('what compiles, proves and edits reaches the host by base/host alone', () => {
  const isPortable = (file: string) => portable.some((place) => file.startsWith(`${place}/`))
  const reached = reachedFrom(graph, [...starts, ...[...graph.keys()].filter(isPortable)], isDoor)
  for (const start of starts) assert.ok(reached.has(start), `${start} is where it is looked for`)
  for (const place of portable)
    assert.ok(
      [...reached.keys()].some((file) => file.startsWith(`${place}/`)),
      place,
    )
  const wrong = [...reached].flatMap(([file, path]) => {
    const imports = [...(graph.get(file) ?? [])].filter((name) => !name.endsWith('.ts') && !packages.includes(name))
    const uses = hostUses(readFileSync(join(source, file), 'utf8'))
    return [...imports, ...uses].map((what) => `${path.join(' > ')}: ${what.trim()}`)
  })
  assert.equal(wrong, [])
})

test('the page reaches Node by nothing but the door, whose other side is in web/host', () => {
  const reached = reachedFrom(graph, ['web/page/page.ts', 'web/worker/worker.ts'], isDoor)
  const outside = [...reached].flatMap(([file, path]) =>
    [...(graph.get(file) ?? [])]
      .filter((name) => name.startsWith('node:'))
      .map((name) => `${path.join(' > ')}: ${name}`),
  )
  assert.equal(outside, [])
  const sides = ['base/host', 'web/host'].map((side) =>
    [...graph.keys()].flatMap((file) => (file.startsWith(`${side}/`) ? [file.slice(side.length + 1)] : [])).sort(),
  )
  // Bytes need no host; what stands for the package ejs, and the types of what the build makes, are not of the door.
  assert.equal(
    sides[1]?.filter((file) => file !== 'ejs.ts' && file !== 'built-modules.d.ts'),
    sides[0]?.filter((file) => file !== 'bytes.ts'),
  )
})

test('the door is small: nothing but what the host alone can do, and bytes', () => {
  const door = [...graph.keys()].filter(isDoor)
  const outside = door.flatMap((file) => [...(graph.get(file) ?? [])]).filter((name) => !name.startsWith('node:'))
  assert.equal(outside, [])
})

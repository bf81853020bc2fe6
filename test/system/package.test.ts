import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { attempt, run } from './support/run.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'pibake-package-'))
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  version: string
  files: string[]
  bin: { pibake: string }
}

const test = suite('the package')

let tarball = ''

test.before(() => {
  assert.ok(existsSync(join(repository, manifest.bin.pibake)), 'build it first: npm run build')
  run(['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', place], { cwd: repository })
  tarball = join(place, `pibake-${manifest.version}.tgz`)
  run(['tar', '--extract', '--file', tarball, '--directory', place])
  symlinkSync(join(repository, 'node_modules'), join(place, 'package/node_modules'))
})

test.after(() => rmSync(place, { recursive: true }))

test('holds what package.json names, whole, and nothing else', () => {
  const always = ['LICENSE', 'README.md', 'package.json']
  const wanted = [...always, ...manifest.files].flatMap((name) => filesAt(repository, name))
  const packed = filesAt(join(place, 'package'), '.').filter((file) => !file.startsWith('node_modules'))
  assert.equal(packed.sort(), [...new Set(wanted)].sort())
  for (const needed of ['dist/cli/main.js', 'dist/api/pibake.js', 'dist/web/pibake.html', 'firstboot/pibake-firstboot'])
    assert.ok(packed.includes(needed), needed)
  assert.ok(packed.some((file) => file.startsWith('templates/root/')))
})

test('satisfies publint', () => {
  run(['npx', 'publint', 'run', tarball, '--strict'], { cwd: repository })
})

test('has types that every way to import it finds', () => {
  run(['npx', 'attw', tarball, '--profile', 'esm-only'], { cwd: repository })
})

/** A project that has installed it, with a file. */
function project(name: string, file: string, text: string): string {
  const folder = join(place, name)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(join(place, 'package'), join(folder, 'node_modules/pibake'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, file), text)
  return folder
}

const TYPED = `import { applyTo, type Change, PibakeError, plan } from 'pibake'
export async function harden(image: string): Promise<readonly Change[]> {
  const { digest } = await plan('pibake.yaml', { image })
  try {
    return (await applyTo({ text: digest }, { image }, { bundle: false })).changes
  } catch (error) {
    if (error instanceof PibakeError) console.error(error.problems[0]?.line.toFixed())
    throw error
  }
}
`
const WRONG = { 'a target': '{ image }', 'a result': '.changes', 'an option': 'bundle: false' }

test('a program that uses the types is compiled, and one that uses them wrongly is not', () => {
  const compiled = (name: string, text: string) => {
    const folder = project(name, 'use.ts', text)
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--lib', 'es2023,dom', '--types', '']
    const tsc = [join(repository, 'node_modules/typescript/bin/tsc'), '--noEmit', '--module', 'nodenext', ...strict]
    return attempt([process.execPath, ...tsc, 'use.ts'], { cwd: folder })
  }
  const { status, stdout } = compiled('typed', TYPED)
  assert.is(status, 0, stdout)
  for (const [what, text] of Object.entries(WRONG)) {
    const wrong = compiled(`wrong ${what}`, TYPED.replaceAll(text, text.replace(/\w+/, 'nothing')))
    assert.match(wrong.stdout, /^use\.ts\(\d+,\d+\): error TS/m, what)
  }
})

test('the example of docs/api.md hardens an image, and says what is wrong', () => {
  const folder = project('example', 'harden.mjs', readFileSync(join(repository, 'examples/harden.mjs'), 'utf8'))
  makeSampleImage(join(folder, 'kit.img'))
  const spec = { ...smallSpec(), packages: { bundle: false } }
  writeFileSync(join(folder, 'pibake.yaml'), JSON.stringify(spec))
  const done = run([process.execPath, 'harden.mjs', 'pibake.yaml', 'kit.img'], { cwd: folder })
  assert.match(done, /^\d+ paths would change\nalice gets in by key; sudo: asks for the password\n/)
  assert.match(done, /^The image is as the spec says$/m)
  writeFileSync(join(folder, 'pibake.yaml'), JSON.stringify({ ...spec, versoin: 1 }))
  const wrong = attempt([process.execPath, 'harden.mjs', 'pibake.yaml', 'kit.img'], { cwd: folder })
  assert.is(wrong.status, 2)
  assert.match(wrong.stderr, /^pibake\.yaml:1 .*versoin/m)
})

test('runs from where it is unpacked', () => {
  const program = join(place, 'package', manifest.bin.pibake)
  assert.is(run([process.execPath, program, '--version']), `${manifest.version}\n`)
})

/** The file at `name`, or all files below it, by their path from `directory`; none where there is nothing. */
function filesAt(directory: string, name: string): string[] {
  const start = join(directory, name)
  if (!existsSync(start)) return []
  if (statSync(start).isFile()) return [name]
  return readdirSync(start, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
}

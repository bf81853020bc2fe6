import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { run } from './support/run.ts'

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
  for (const needed of ['dist/cli/main.js', 'dist/web/pibake.html', 'firstboot/pibake-firstboot'])
    assert.ok(packed.includes(needed), needed)
  assert.ok(packed.some((file) => file.startsWith('templates/root/')))
})

test('satisfies publint', () => {
  run(['npx', 'publint', 'run', tarball, '--strict'], { cwd: repository })
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

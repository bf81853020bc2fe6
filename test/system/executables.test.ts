import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { outputName } from '../../src/write/fleet/layout.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { attempt, run } from './support/run.ts'

const test = suite('the executable')

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
const built: readonly string[] = [process.execPath, join(packageRoot, 'dist/cli/main.js')]
const platform = `linux-${process.arch}`
const executable: readonly string[] = [join(packageRoot, `out/pibake-${version}-${platform}`)]

let place = ''

test.before(() => {
  assert.ok(existsSync(join(packageRoot, 'dist/cli/main.js')), 'build it first: npm run build')
  run([process.execPath, join(packageRoot, 'build/packaging/executables.js'), platform], { timeout: 300 })
  place = mkdtempSync(join(tmpdir(), 'pibake-executable-'))
  writeFileSync(join(place, 'pibake.yaml'), JSON.stringify({ ...smallSpec(), packages: { bundle: false } }))
  const fleet = { ...smallSpec(), packages: { bundle: false }, device: { hostname: '${device.id}' } }
  writeFileSync(join(place, 'fleet.yaml'), JSON.stringify(fleet))
  writeFileSync(join(place, 'kits.csv'), 'id\nkit-01\nkit-02\nkit-03\n')
  makeSampleImage(join(place, 'base.img'))
})

test.after(() => rmSync(place, { recursive: true }))

/** What a command prints, and the files that it leaves in a folder of its own, by the program of `dist/` and by the executable. */
function both(args: readonly string[]) {
  return [built, executable].map((program, i) => {
    const cwd = join(place, `run-${i}`)
    mkdirSync(cwd)
    try {
      // Neither Node nor npm's packages are on the way to it.
      const env = { SOURCE_DATE_EPOCH: '1700000000', NO_COLOR: '1', TMPDIR: cwd, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
      const { status, stdout, stderr } = attempt([...program, ...args], { cwd, env })
      const files = readdirSync(cwd, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
      const left = files.map((file) => [file.slice(cwd.length), readFileSync(file)] as const)
      return { said: { status, stdout, stderr: stderr.replace(/[\d.]+ m?s\b/g, 'TIME') }, left: new Map(left) }
    } finally {
      rmSync(cwd, { recursive: true })
    }
  })
}

/** Commands that print the same and leave the same files: all that pibake ships with is read by one of them. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  '--version': ['--version'],
  '--help': ['--help'],
  check: ['check', '../pibake.yaml', '--json'],
  plan: ['plan', '../pibake.yaml', '--image', '../base.img', '--json'],
  audit: ['audit', '../base.img', '--html', 'audit.html', '--json'],
  explain: ['explain', 'SSH004'],
  schema: ['schema'],
  completion: ['completion', 'bash'],
  page: ['page', '-o', 'pibake.html'],
  'a word that is not a command': ['nonsense'],
}

for (const [what, args] of Object.entries(COMMANDS)) {
  test(`does what dist/ does: ${what}`, () => {
    const [wanted, found] = both(args)
    assert.equal(found?.said, wanted?.said)
    assert.equal([...(found?.left ?? [])], [...(wanted?.left ?? [])])
    assert.not.equal(`${found?.said.stdout}${found?.said.stderr}`, '')
  })
}

test('bakes the bytes that dist/ bakes, with a thread beside it, and says the same of them', () => {
  const args = ['bake', '../pibake.yaml', '../base.img', '-o', 'kit.img', '--json', '--quiet']
  const [wanted, found] = both(args)
  assert.is(found?.said.status, 0, found?.said.stderr)
  assert.ok(found?.left.has('/kit.img') && found.left.has('/kit.img.provenance.json'))
  assert.equal([...(found?.left.keys() ?? [])], [...(wanted?.left.keys() ?? [])])
  for (const [name, bytes] of found?.left ?? []) assert.ok(wanted?.left.get(name)?.equals(bytes), name)
})

test('makes a fleet with threads of its own', () => {
  const args = ['fleet', '../fleet.yaml', '--inventory', '../kits.csv', '--base', '../base.img', '-o', 'fleet']
  const [wanted, found] = both([...args, '--format', 'overlay.tar', '--jobs', '2'])
  assert.is(found?.said.status, 0, found?.said.stderr)
  for (const id of ['kit-01', 'kit-02', 'kit-03']) {
    const tar = `/fleet/${outputName(id, 'overlay.tar')}`
    assert.ok(found?.left.get(tar) !== undefined && wanted?.left.get(tar)?.equals(found.left.get(tar) as Buffer), tar)
  }
})

test('does the demo, whose example it brings along and takes away again', () => {
  const [, found] = both(['demo'])
  assert.is(found?.said.status, 0, found?.said.stderr)
  assert.equal([...(found?.left.keys() ?? [])], ['/pibake-demo/overlay.tar'])
})

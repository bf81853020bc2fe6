import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'

const test = suite('first boot: sources')

const folder = join(packageRoot, 'firstboot')
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.sh') || name === 'pibake-firstboot',
)
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')

test('shellcheck has nothing to say', () => {
  const { stdout, stderr, status } = spawnSync('shellcheck', ['-x', ...scripts], { cwd: folder, encoding: 'utf8' })
  assert.is(status, 0, stdout + stderr)
})

for (const shell of [['dash'], ['busybox', 'sh']] as const) {
  test(`${shell[0]} parses every file`, () => {
    for (const name of scripts) {
      const { stderr, status } = spawnSync(shell[0], [...shell.slice(1), '-n', join(folder, name)], {
        encoding: 'utf8',
      })
      assert.is(status, 0, `${name}: ${stderr}`)
    }
  })
}

test('docs/firstboot.md lists the reasons that the program can give, and no other', () => {
  const given = new Set(['none'])
  for (const name of scripts) {
    const words = textOf(name).matchAll(
      /(?:give_up|apt_reason|apt_fault|reason=|^ *echo|\bfailed \() ?"?([a-z0-9]+(?:-[a-z0-9]+)+|timeout|offline)\b/gm,
    )
    for (const [, reason] of words) given.add(reason as string)
  }
  const docs = readFileSync(join(packageRoot, 'docs/firstboot.md'), 'utf8')
  const table = docs.slice(docs.indexOf('## Reasons'), docs.indexOf('\n## ', docs.indexOf('## Reasons') + 1))
  const listed = [...table.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, reason]) => reason as string)
  assert.equal(listed.sort(), [...given].sort())
})

test('every step that docs/firstboot.md names is there, and every one there is named', () => {
  const steps = scripts.flatMap((name) => /^steps\/\d\d-(.*)\.sh$/.exec(name)?.[1] ?? [])
  const docs = readFileSync(join(packageRoot, 'docs/firstboot.md'), 'utf8')
  const table = docs.slice(docs.indexOf('## Steps'), docs.indexOf('\n## ', docs.indexOf('## Steps') + 1))
  const listed = [...table.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, step]) => step as string)
  assert.equal(listed.sort(), steps.sort())
})

test('docs/firstboot.md has a row for each of the fifty faults, and the tests that it names are there', () => {
  const docs = readFileSync(join(packageRoot, 'docs/firstboot.md'), 'utf8')
  const rows = [...docs.matchAll(/^\| (F\d\d) \|.*$/gm)]
  const expected = Array.from({ length: 50 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`)
  assert.equal(
    rows.map(([, id]) => id),
    expected,
  )
  const named = rows.flatMap(([row]) => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path as string))
  assert.equal(
    named.filter((path) => !existsSync(join(packageRoot, path))),
    [],
  )
})

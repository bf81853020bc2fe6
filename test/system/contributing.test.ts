import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { assetText, packageRoot } from '../../src/base/host/assets.ts'
import { patient } from '../runner/patience.ts'
import { suite } from '../support/suite.ts'
import { cloneTo } from './support/clone.ts'

/** What CONTRIBUTING.md says of a new control is done here, word for word, to a copy of the repository. */
const test = suite('CONTRIBUTING: add a control in ten minutes')

/** More files than these by hand are more than ten minutes. */
const MOST = 7

interface Step {
  /** `sh`: commands; `diff`: a change of `file`; anything else is the whole of `file`. */
  readonly language: string
  readonly file: string
  readonly text: string
}

const section = /^## Add a control in ten minutes\n([\s\S]*?)^## /m.exec(assetText('CONTRIBUTING.md'))?.[1] ?? ''
const steps = stepsOf(section)
const byHand = new Set(steps.filter(({ language }) => language !== 'sh').map(({ file }) => file))

/** The blocks of code, each with the file that was named last before it: `FILE`, or **FILE** if it is new. */
function stepsOf(page: string): Step[] {
  let file = ''
  return [
    ...page.matchAll(/\b[Ii]n\s+(?:a\s+new\s+file,\s+)?(?:`|\*\*)(\S+?)(?:`|\*\*):|^( *)```(\w+)\n([\s\S]*?)^ *```$/gm),
  ].flatMap(([, named, indent = '', language, block = '']) => {
    if (named !== undefined) file = named
    if (language === undefined) return []
    const text = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    return [{ language, file, text }]
  })
}

/** Does what a reader does: finds the lines of a change, which are there once, and writes the new ones. */
function carryOut({ language, file, text }: Step, place: string): void {
  const path = join(place, file)
  if (language !== 'diff') {
    assert.not(existsSync(path), `${file} is new`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return
  }
  const lines = text.split('\n').slice(0, -1)
  const side = (mark: string) => lines.flatMap((line) => (line.startsWith(mark) ? [] : [`${line.slice(1)}\n`])).join('')
  const parts = readFileSync(path, 'utf8').split(side('+'))
  assert.is(parts.length, 2, `${file} has these lines once:\n${side('+')}`)
  writeFileSync(path, parts.join(side('-')))
}

function sh(line: string, place: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', line], {
    cwd: place,
    // The durations and caches of the copy are not those of this machine's tests.
    env: { ...process.env, NO_COLOR: '1', XDG_CACHE_HOME: join(place, 'build') },
    encoding: 'utf8',
    timeout: patient(300) * 1000,
    maxBuffer: 64 << 20,
  })
  assert.is(status, 0, `${line}\n${stdout}${stderr}`)
}

/** The files of a repository, but for what is made in it. */
function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
    .filter((name) => !/^(\.git|build|coverage|dist|node_modules)\//.test(name))
}

function changed(place: string): string[] {
  const same = (name: string) =>
    existsSync(join(packageRoot, name)) && readFileSync(join(packageRoot, name)).equals(readFileSync(join(place, name)))
  return filesIn(place).filter((name) => !same(name))
}

test(`${MOST} files at most are edited by hand`, () => {
  assert.ok(byHand.size > 3, 'the page shows files')
  assert.ok(byHand.size <= MOST, [...byHand].join(', '))
})

test('its steps lead to a control that passes its tests, the generators and the linters', () => {
  const place = mkdtempSync(join(tmpdir(), 'pibake-contributing-'))
  try {
    cloneTo(place)
    for (const step of steps.filter(({ language }) => language !== 'sh')) carryOut(step, place)
    const commands = steps.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'))
    assert.ok(commands.includes('npm run generate'))
    for (const command of commands) sh(command, place)
    const generated = changed(place).filter((name) => !byHand.has(name))
    const expected = /^(docs\/spec\.md|schema\/pibake\.schema\.json|test\/golden\/[\w.-]+)$/
    assert.equal(
      generated.filter((name) => !expected.test(name)),
      [],
    )
    for (const name of ['docs/spec.md', 'schema/pibake.schema.json']) assert.ok(generated.includes(name), name)
    assert.equal(
      changed(place)
        .filter((name) => byHand.has(name))
        .sort(),
      [...byHand].sort(),
    )
  } finally {
    rmSync(place, { recursive: true })
  }
})

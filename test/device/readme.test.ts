import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { assetText, packageRoot } from '../../src/assets.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { makeSampleImage } from '../bake/support/sample-image.ts'
import { plant } from '../support/plant.ts'
import { suite } from '../support/suite.ts'

/** What a newcomer copies out of the README works as it stands there. */
const test = suite('README')

let work = ''
const blocks = [...assetText('README.md').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language: language as string,
  text: text as string,
}))

function sh(line: string, cwd: string): { code: number | null; output: string } {
  const path = `${join(work, 'bin')}:${process.env.PATH}`
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', line], {
    cwd,
    env: { ...process.env, PATH: path, NO_COLOR: '1' },
    encoding: 'utf8',
    input: '',
    timeout: 120_000,
  })
  return { code: status, output: stdout + stderr }
}

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-readme-'))
  mkdirSync(join(work, 'bin'))
  const main = join(packageRoot, 'build/src/cli/main.js')
  writeFileSync(join(work, 'bin/pibake'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`)
  chmodSync(join(work, 'bin/pibake'), 0o755)
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [name, tree] of Object.entries({ boot: sample.boot, root: sample.root })) {
    mkdirSync(join(work, name))
    plant(join(work, name), [...tree.nodes])
  }
  makeSampleImage(join(work, 'base.img'))
})

test.after(() => rmSync(work, { recursive: true, force: true }))

test('every code block is of a kind that is tried here', () => {
  assert.ok(blocks.length > 5)
  for (const { language } of blocks) assert.ok(['sh', 'yaml'].includes(language), language)
})

test('every link leads somewhere', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  for (const page of pages) {
    for (const [, target] of assetText(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^https?:/.test(target as string)) continue
      assert.ok(existsSync(join(packageRoot, dirname(page), target as string)), `${page}: ${target}`)
    }
  }
})

test('the spec and the commands work, one after the other', () => {
  for (const { language, text } of blocks) {
    if (language === 'yaml') writeFileSync(join(work, 'pibake.yaml'), text)
    else if (!text.includes('npm ')) {
      const { code, output } = sh(text, work)
      assert.is(code, 0, `${text}\n${output}`)
    }
  }
})

test('the first command runs the main job and shows the way in', () => {
  assert.ok(blocks.some(({ text }) => text === 'npm ci && npm run demo\n'))
  const { code, output } = sh(`npm run --silent demo -- --output '${join(work, 'demo')}'`, packageRoot)
  assert.is(code, 0, output)
  assert.match(output, 'The way in')
  assert.match(output, /ssh .*@/)
  assert.ok(readFileSync(join(work, 'demo/overlay.tar')).length > 10_000)
})

test('the second command is what continuous integration calls', () => {
  assert.ok(blocks.some(({ text }) => text === 'npm ci && npm test\n'))
  assert.match(assetText('.ci/run'), /\bnpm test\b/)
  assert.is((JSON.parse(assetText('package.json')) as { scripts: { test: string } }).scripts.test, 'test/all')
})

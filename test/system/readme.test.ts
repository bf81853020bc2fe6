import { execFileSync, spawnSync } from 'node:child_process'
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
import { assetText, packageRoot } from '../../src/base/host/assets.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { patient } from '../runner/patience.ts'
import { program } from '../support/cli.ts'
import { plant } from '../support/plant.ts'
import { readmeBlocks } from '../support/readme.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { cloneTo } from './support/clone.ts'

/** What a newcomer copies out of the README works as it stands there. */
const test = suite('README')

let work = ''
let card: string | undefined
const blocks = readmeBlocks()

function sh(line: string, cwd: string): { code: number | null; output: string } {
  const path = `${join(work, 'bin')}:${process.env.PATH}`
  const { status, stdout, stderr } = spawnSync('sh', ['-euc', line], {
    cwd,
    env: { ...process.env, PATH: path, NO_COLOR: '1' },
    encoding: 'utf8',
    input: '',
    timeout: patient(120) * 1000,
  })
  return { code: status, output: stdout + stderr }
}

test.before(() => {
  work = mkdtempSync(join(tmpdir(), 'pibake-readme-'))
  mkdirSync(join(work, 'bin'))
  writeFileSync(join(work, 'bin/pibake'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  chmodSync(join(work, 'bin/pibake'), 0o755)
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  for (const [name, tree] of Object.entries({ boot: sample.boot, root: sample.root })) {
    mkdirSync(join(work, name))
    plant(join(work, name), [...tree.nodes])
  }
  makeSampleImage(join(work, 'base.img'))
})

test.after(() => {
  if (card !== undefined) execFileSync('losetup', ['--detach', card])
  rmSync(work, { recursive: true, force: true })
})

test('every code block is of a kind that is tried here', () => {
  assert.ok(blocks.length > 5)
  for (const { language } of blocks) assert.ok(['sh', 'yaml', 'text'].includes(language), language)
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

/** The card of the README is a loop device here, and root needs no sudo. */
function withCard(text: string, work: string): string {
  if (!text.includes('/dev/sdX')) return text
  const file = join(work, 'card.img')
  execFileSync('truncate', ['-s', '256M', file])
  const device = execFileSync('losetup', ['-f', '--show', file], { encoding: 'utf8' }).trim()
  card = device
  return text.replace('sudo ', '').replace('/dev/sdX', `${device} --force-device ${file} --yes`)
}

test('the spec and the commands work, one after the other, and print what stands below them', () => {
  let last = ''
  for (const { language, text } of blocks) {
    if (language === 'yaml') writeFileSync(join(work, 'pibake.yaml'), text)
    else if (language === 'text') assertPrinted(text, last)
    else if (!text.includes('npm ')) {
      const { code, output } = sh(withCard(text, work), work)
      assert.is(code, 0, `${text}\n${output}`)
      last = output
    }
  }
})

/** Every line was printed, in this order; between two of them others only where `…` says so. Root needs no sudo. */
function assertPrinted(shown: string, output: string): void {
  const printed = output.split('\n')
  let at = 0
  let isFree = false
  for (const line of shown
    .trimEnd()
    .split('\n')
    .map((one) => one.replace(': sudo ', ': '))) {
    if (line === '…') isFree = true
    else {
      const found = printed.findIndex((one, i) => i >= at && one.replace(': sudo ', ': ') === line)
      assert.ok(found === at || (isFree && found > at), `not printed there: ${line}\n${output}`)
      at = found + 1
      isFree = false
    }
  }
}

test('the first command runs the main job and shows the way in', () => {
  assert.ok(blocks.some(({ text }) => text === 'npm ci && npm run demo\n'))
  const { code, output } = sh(`npm run --silent demo -- --output '${join(work, 'demo')}'`, cloneTo(join(work, 'clone')))
  assert.is(code, 0, output)
  assert.match(output, 'You get in by')
  assert.match(output, /ssh .*@/)
  assert.ok(readFileSync(join(work, 'demo/overlay.tar')).length > 10_000)
})

test('the second command is what continuous integration calls', () => {
  assert.ok(blocks.some(({ text }) => text === 'npm ci && npm test\n'))
  assert.match(assetText('.ci/run'), /\bnpm test\b/)
  assert.is((JSON.parse(assetText('package.json')) as { scripts: { test: string } }).scripts.test, 'test/all')
})

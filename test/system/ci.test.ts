import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { packageRoot } from '../../src/base/host/assets.ts'
import { smallSpec } from '../support/spec.ts'
import { suite } from '../support/suite.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { attempt, run } from './support/run.ts'

/** What continuous integration runs of pibake, run as it does; npm and git alone are stood in for, by programs that say how they were called. */
const test = suite('continuous integration')

interface Step {
  readonly id?: string
  readonly if?: string
  readonly shell: string
  readonly env: Readonly<Record<string, string>>
  readonly run: string
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

interface Job {
  readonly before_script: readonly string[]
  readonly script: readonly string[]
  readonly artifacts?: { readonly paths: readonly string[] }
}

const text = (path: string) => readFileSync(join(packageRoot, path), 'utf8')
const action = parse(text('action.yml')) as Action

let place = ''
let jobs = 0

test.before(() => {
  assert.ok(existsSync(join(packageRoot, 'dist/cli/main.js')), 'build it first: npm run build')
  place = mkdtempSync(join(tmpdir(), 'pibake-ci-'))
  mkdirSync(join(place, 'bin'))
  for (const name of ['npm', 'git']) {
    const file = join(place, 'bin', name)
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${place}/called'\n`)
    chmodSync(file, 0o755)
  }
  symlinkSync(packageRoot, join(place, 'pibake'))
  makeSampleImage(join(place, 'base.img'))
  run(['xz', '-0', '--keep', join(place, 'base.img')])
})

test.after(() => rmSync(place, { recursive: true }))

/** A folder with what a user of it has there. */
function checkout(spec: object): string {
  jobs += 1
  const folder = join(place, `job-${jobs}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'pibake.yaml'), JSON.stringify(spec))
  symlinkSync(join(place, 'base.img.xz'), join(folder, 'base.img.xz'))
  return folder
}

const environment = () => ({
  PATH: `${join(place, 'bin')}:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
  NO_COLOR: '1',
})

/** Runs the steps of the action as the runner does, until one fails. @returns its exit code and the outputs */
function act(folder: string, given: Readonly<Record<string, string>>) {
  const context = new Map([['github.action_path', join(place, 'pibake')]])
  for (const [name, { default: usual }] of Object.entries(action.inputs)) {
    context.set(`inputs.${name}`, given[name] ?? usual)
  }
  const filledIn = (template: string) =>
    template.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => context.get(name) ?? '')
  let exit: number | null = 0
  for (const step of action.runs.steps) {
    const [, needed] = /^([\w.-]+) != ''$/.exec(step.if ?? '') ?? []
    if (step.if !== undefined && needed === undefined) throw new Error(`a condition of another kind: ${step.if}`)
    if (exit !== 0 || (needed !== undefined && !context.get(needed))) continue
    const env = Object.fromEntries(Object.entries(step.env).map(([key, template]) => [key, filledIn(template)]))
    const output = join(folder, 'output')
    writeFileSync(output, '')
    const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run]
    const done = attempt(bash, { cwd: folder, env: { ...environment(), ...env, GITHUB_OUTPUT: output } })
    exit = done.status
    for (const [, key, value] of readFileSync(output, 'utf8').matchAll(/^(\w+)=(.*)$/gm)) {
      context.set(`steps.${step.id}.outputs.${key}`, value as string)
    }
  }
  return {
    status: exit,
    outputs: Object.fromEntries(Object.entries(action.outputs).map(([key, { value }]) => [key, filledIn(value)])),
  }
}

const spec = { ...smallSpec(), packages: { bundle: false } }

test('the action: no value of its user stands in a script', () => {
  for (const step of action.runs.steps) {
    assert.not.match(step.run, /\$\{\{/)
    assert.is(step.shell, 'bash')
  }
})

test('the action builds pibake from where it lies, and checks a spec', () => {
  const folder = checkout(spec)
  assert.equal(act(folder, {}), { status: 0, outputs: { image: '', sarif: '' } })
  assert.match(readFileSync(join(place, 'called'), 'utf8'), /^npm ci\nnpm run build\n$/)
  assert.is(act(checkout({ ...spec, versoin: 1 }), {}).status, 2)
})

test('the action bakes an image, which is as the spec says, and hands out its findings', () => {
  const folder = checkout(spec)
  const { status, outputs } = act(folder, { base: 'base.img.xz', output: 'my kit.img.xz' })
  assert.is(status, 0)
  assert.equal(outputs, { image: 'my kit.img.xz', sarif: 'my kit.img.xz.sarif' })
  const sarif = JSON.parse(readFileSync(join(folder, 'my kit.img.xz.sarif'), 'utf8')) as { version: string }
  assert.is(sarif.version, '2.1.0')
})

test('the action fails where the image has a finding as bad as the user says, and hands it out all the same', () => {
  const folder = checkout(spec)
  const { status, outputs } = act(folder, { base: 'base.img.xz', bundle: 'false', 'fail-on': 'low' })
  assert.is(status, 4)
  assert.is(outputs.sarif, 'kit.img.xz.sarif')
  assert.ok(existsSync(join(folder, 'kit.img.xz.sarif')))
})

test('the workflow of docs/ci.md asks for what the action has', () => {
  const workflow = text('examples/ci/github.yml')
  assert.ok(text('docs/ci.md').includes(workflow))
  const { steps } = (parse(workflow) as { jobs: { image: { steps: readonly Record<string, unknown>[] } } }).jobs.image
  const own = steps.find(({ uses }) => uses === './tools/pibake')?.with as Record<string, string>
  assert.equal(
    Object.keys(own).filter((name) => !(name in action.inputs)),
    [],
  )
  const asked = [...workflow.matchAll(/steps\.pibake\.outputs\.(\w+)/g)].map(([, name]) => name as string)
  assert.ok(asked.length > 0 && asked.every((name) => name in action.outputs))
})

test('the jobs of GitLab run, and leave what they say', () => {
  const file = text('examples/ci/gitlab-ci.yml')
  assert.ok(text('docs/ci.md').includes(file))
  const {
    variables,
    '.pibake': base,
    check,
    image,
  } = parse(file) as Record<string, Job> & { variables: Record<string, string> }
  const folder = checkout(spec)
  for (const job of [check, image]) {
    const lines = [...(base?.before_script ?? []), ...(job?.script ?? [])]
    const env = { ...environment(), ...variables, PIBAKE: join(place, 'pibake') }
    const { status, stderr } = attempt(['sh', '-euc', lines.join('\n')], { cwd: folder, env })
    assert.is(status, 0, stderr)
  }
  assert.match(
    readFileSync(join(place, 'called'), 'utf8'),
    /^git clone .* https:\/\/git\.example\.net\/tools\/pibake\.git /m,
  )
  for (const path of image?.artifacts?.paths ?? []) run(['sh', '-euc', `ls ${path}`], { cwd: folder })
})

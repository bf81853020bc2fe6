import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Job } from 'kubernetes-models/batch/v1'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { assetText, packageRoot } from '../../src/base/host/assets.ts'
import { pibake, program } from '../support/cli.ts'
import { assertGenerated } from '../support/generated.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { makeSampleTar } from '../write/bake/support/bases.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'

const test = suite('examples: a fleet')

/** The example beside a base, in a folder `fleet` below `work`. */
async function exampleIn(work: string): Promise<string> {
  for (const folder of ['fleet', 'keys'])
    cpSync(join(packageRoot, 'examples', folder), join(work, folder), { recursive: true })
  chmodSync(join(work, 'fleet/kit.yaml'), 0o600)
  await makeSampleTar(join(work, 'fleet/base.tar'))
  return join(work, 'fleet')
}

test('the worked example of docs/fleet.md is that of examples/fleet, and prints what the page says', () =>
  inWorkdir(async (work) => {
    const cwd = await exampleIn(work)
    const page = assetText('docs/fleet.md')
    const block = (kind: string) => new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1]
    assert.is(block('csv'), readFileSync(join(cwd, 'kits.csv'), 'utf8'))
    assert.is(block('yaml'), readFileSync(join(cwd, 'kit.yaml'), 'utf8'))
    const shown = page.replace(/(?<=^```console\n).*?(?=^```$)/gms, (text) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('$ '))
        .map((line) => `${line}\n${printed(line.slice(2), cwd)}`)
        .join(''),
    )
    assertGenerated('docs/fleet.md', shown)
  }))

function printed(line: string, cwd: string): string {
  const [first = '', ...words] = line.split(' ')
  const ran = first === 'pibake' ? pibake(words, { cwd }) : spawnSync(first, words, { cwd, encoding: 'utf8' })
  assert.is('code' in ran ? ran.code : ran.status, 0, ran.stderr)
  return ran.stdout
}

/** A folder with `pibake` in it, to be the first of PATH. */
function withProgram(work: string): NodeJS.ProcessEnv {
  mkdirSync(join(work, 'bin'))
  writeFileSync(join(work, 'bin/pibake'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 })
  return { ...process.env, PATH: `${join(work, 'bin')}:${process.env.PATH}` }
}

test('the Makefile makes the parts and joins them', () =>
  inWorkdir(async (work) => {
    const cwd = await exampleIn(work)
    const words = ['-j2', 'BASE=base.tar', 'FLAGS=--no-bundle --format overlay.tar --quiet']
    const { status, stderr } = spawnSync('make', words, { cwd, env: withProgram(work), encoding: 'utf8' })
    assert.is(status, 0, stderr)
    const { devices, missing, shard } = JSON.parse(readFileSync(join(cwd, 'kits/fleet.json'), 'utf8'))
    assert.equal(
      [devices.map(({ id }: { id: string }) => id), missing, shard],
      [['kit-01', 'kit-02', 'kit-03'], [], null],
    )
  }))

interface Workflow {
  readonly jobs: Readonly<Record<'part' | 'join', { readonly steps: readonly { readonly run?: string }[] }>>
}

/** The parts of a fleet, made from a base of the name that the examples have: an image, packed. */
async function imageIn(work: string): Promise<string> {
  const cwd = await exampleIn(work)
  makeSampleImage(join(cwd, 'base.img'))
  assert.is(spawnSync('xz', ['-0', 'base.img'], { cwd }).status, 0)
  return cwd
}

test('the Job for Kubernetes is one by its schema, and its pods make the parts whose numbers they have', () =>
  inWorkdir(async (work) => {
    const document = parse(readFileSync(join(packageRoot, 'examples/fleet/kubernetes.yaml'), 'utf8'))
    const job = new Job(document)
    job.validate()
    assert.throws(() => new Job({ ...document, spec: { ...document.spec, completions: 'many' } }).validate(), /integer/)
    const { completions, template } = document.spec
    const [{ args }] = template.spec.containers
    assert.is(args[args.indexOf('--shard') + 1], `auto/${completions}`)
    // Three are enough for three devices.
    const words = [...args.map((word: string) => word.replace(`auto/${completions}`, 'auto/3')), '--no-bundle']
    const cwd = await imageIn(work)
    const run = (index: number) => pibake(words, { cwd, env: { JOB_COMPLETION_INDEX: String(index) } })
    for (const index of [0, 1, 2]) {
      const { code, stderr } = run(index)
      assert.is(code, 0, stderr)
      assert.match(stderr, `part ${index + 1} of 3, as Kubernetes says`)
    }
    assert.is(run(3).code, 2)
    const { code, stderr } = pibake(['fleet', 'merge', 'kits'], { cwd })
    assert.is(code, 0, stderr)
  }))

test('the workflow for GitHub makes all parts and joins them', () =>
  inWorkdir(async (work) => {
    const cwd = await imageIn(work)
    const { jobs }: Workflow = parse(readFileSync(join(packageRoot, 'examples/fleet/github.yml'), 'utf8'))
    const ran = (job: keyof Workflow['jobs'], part = 0) => {
      const lines = jobs[job].steps.flatMap(({ run = '' }) => (/ fleet /.test(run) ? [run] : []))
      assert.is(lines.length, 1)
      const line = (lines[0] as string)
        .replace('node tools/pibake/dist/cli/main.js', 'pibake')
        .replace('${{ matrix.part }}', String(part))
      const flags = job === 'part' ? '--no-bundle' : ''
      const { status, stderr } = spawnSync('sh', ['-euc', `${line.trim()} ${flags}`], { cwd, env, encoding: 'utf8' })
      assert.is(status, 0, stderr)
    }
    const env = withProgram(work)
    for (const part of [1, 2, 3, 4]) ran('part', part)
    ran('join')
    const { devices } = JSON.parse(readFileSync(join(cwd, 'kits/fleet.json'), 'utf8'))
    assert.equal(
      devices.map(({ file }: { file: string }) => file),
      ['kit-01', 'kit-02', 'kit-03'].map((id) => `devices/${id}.delta`),
    )
  }))

test('the script for Slurm makes the part that Slurm names', () =>
  inWorkdir(async (work) => {
    const cwd = await exampleIn(work)
    cpSync(join(cwd, 'base.tar'), join(cwd, 'base.img.xz'))
    const env = {
      ...withProgram(work),
      SLURM_ARRAY_TASK_ID: '4',
      SLURM_ARRAY_TASK_COUNT: '2',
      SLURM_ARRAY_TASK_MIN: '3',
    }
    // What is called an image is an archive here: it is refused, and by the part that was meant.
    const { status, stderr } = spawnSync('sh', ['slurm.sh'], { cwd, env, encoding: 'utf8' })
    assert.match(stderr, 'part 2 of 2, as Slurm says')
    assert.is(status, 3, stderr)
  }))

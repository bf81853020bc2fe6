import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'
import { inWorkdir } from '../support/workdir.ts'
import { digestsBelow } from '../write/bake/support/digests.ts'
import { makeSampleImage } from '../write/bake/support/sample-image.ts'
import { program } from './support/pibake.ts'
import { attempt, run } from './support/run.ts'
import { Slurm } from './support/slurm.ts'

const test = suite('a fleet by Slurm')

/** `PIBAKE_SLURM=10000` for a long run. */
const DEVICES = Number(process.env.PIBAKE_SLURM ?? 32)
const PARTS = 16
/** Seconds that a device may take, on a machine that has other work. */
const LONGEST = 10

/** examples/fleet with many devices, and a packed image. */
function exampleIn(work: string): string {
  const cwd = join(work, 'fleet')
  for (const folder of ['fleet', 'keys']) {
    cpSync(join(packageRoot, 'examples', folder), join(work, folder), { recursive: true })
  }
  // Host keys that are made beforehand are made by chance: two runs would not be alike.
  const spec = readFileSync(join(cwd, 'kit.yaml'), 'utf8').replace(/^ {2}hostKeys: bake.*$/m, '  hostKeys: device')
  writeFileSync(
    join(cwd, 'kit.yaml'),
    `${spec.replaceAll('192.0.2.1', '10.0.0.1').replace('/24', '/8')}packages: { bundle: false }\n`,
  )
  chmodSync(join(cwd, 'kit.yaml'), 0o600)
  const rows = Array.from({ length: DEVICES }, (_, i) => {
    const id = `kit-${String(i).padStart(5, '0')}`
    return `${id},${id},alice,22,10.1.${i >> 8}.${i & 255}`
  })
  writeFileSync(join(cwd, 'kits.csv'), `id,hostname,owner,port,address\n${rows.join('\n')}\n`)
  makeSampleImage(join(cwd, 'base.img'))
  run(['xz', '-0', 'base.img'], { cwd })
  return cwd
}

test(`${PARTS} parts of ${DEVICES} devices, two of them killed and started again: the same bytes as by one process`, () =>
  inWorkdir(async (work) => {
    const cwd = exampleIn(work)
    mkdirSync(join(work, 'bin'))
    writeFileSync(join(work, 'bin/pibake'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
      mode: 0o755,
    })
    const env = { PATH: `${join(work, 'bin')}:${process.env.PATH}` }
    const format = ['--format', 'delta']
    const one = ['pibake', 'fleet', 'kit.yaml', '--inventory', 'kits.csv', '--base', 'base.img.xz', '-o', 'one']
    run([...one, ...format, '--quiet'], { cwd, env, timeout: DEVICES * LONGEST })

    const slurm = await Slurm.start(4)
    try {
      const array = ['sbatch', '--parsable', `--array=1-${PARTS}`, '--requeue', '--output=slurm-%a.log', 'slurm.sh']
      const job = slurm.run([...array, ...format], { cwd, env }).trim()
      const killed = new Set<number>()
      while (killed.size < 2) {
        await slurm.until('running tasks', 120, () => slurm.tasks(job, 'RUNNING').some((task) => !killed.has(task)))
        const running = slurm.tasks(job, 'RUNNING').filter((task) => !killed.has(task))
        const task = running[Math.floor(Math.random() * running.length)] as number
        if (slurm.requeue(job, task)) killed.add(task)
      }
      const left = () => [...slurm.tasks(job, 'RUNNING'), ...slurm.tasks(job, 'PENDING')].length
      await slurm.until('end of the array', 120 + DEVICES * LONGEST, () => left() === 0)
      for (const task of killed) {
        assert.match(
          slurm.run(['scontrol', 'show', 'job', `${job}_${task}`]),
          /\bRestarts=1\b/,
          `task ${task} of ${job}`,
        )
      }
    } finally {
      await slurm.stop()
    }
    const logs = () => run(['sh', '-c', 'tail -n 5 slurm-*.log'], { cwd })
    const { status, stderr } = attempt(['pibake', 'fleet', 'merge', 'kits'], { cwd, env, timeout: DEVICES })
    assert.is(status, 0, `${stderr}${logs()}`)
    const parts = digestsBelow(join(cwd, 'kits'))
    const wanted = digestsBelow(join(cwd, 'one'))
    assert.is(Object.keys(wanted).filter((name) => name.startsWith('devices/')).length, DEVICES)
    assert.equal(Object.fromEntries(Object.entries(parts).filter(([name]) => !name.startsWith('shards/'))), wanted)
  }))

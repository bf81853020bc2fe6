/**
 * Cuts the power of a device during its first start, again and again: `npm run test:power -- [RELEASE …] [--cases N]
 * [--minutes N] [--pairs N] [--seed N] [--continue]`. As root; see CONTRIBUTING.md.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../../src/assets.ts'
import type { Behaviour, Release } from '../../src/inspect/inventory.ts'
import { stockImage } from '../device/support/dress.ts'
import { Owner } from '../device/support/owner.ts'
import { pibake } from '../device/support/pibake.ts'
import { releases } from '../device/support/roots.ts'
import { run } from '../device/support/run.ts'
import { makeDisk } from './disk.ts'
import { Guests } from './guest.ts'
import { kernel } from './kernel.ts'
import { earlier, writeReport } from './report.ts'
import { cases } from './schedule.ts'
import { Trial } from './trial.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '100000' },
    pairs: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    continue: { type: 'boolean', default: false },
  },
})
const newest: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }
const chosen = releases.filter((release) => positionals.length === 0 || positionals.includes(release))
if (chosen.length === 0) throw new Error(`a release is one of ${releases.join(', ')}`)

// In memory: a case copies the card several times.
mkdirSync('/dev/shm', { recursive: true })
const work = mkdtempSync('/dev/shm/pibake-power-')
process.once('exit', () => rmSync(work, { recursive: true, force: true }))

const program = createHash('sha256')
  .update(
    run(['tar', '--create', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', 'firstboot'], { cwd: packageRoot }),
  )
  .digest('hex')
const guests = new Guests(kernel(work), work)
await guests.save()
for (const release of chosen) {
  if (!(await sweep(release))) process.exitCode = 1
}

/** @returns whether the device recovered from every cut */
async function sweep(release: Release): Promise<boolean> {
  const baked = join(work, 'baked.img')
  const systemd = bake(release, baked)
  const trial = new Trial(guests, baked, work)
  const passed = await trial.undisturbed()
  const seed = Number(values.seed)
  const planned = cases(passed, Number(values.pairs), seed)
  const until = Date.now() + Number(values.minutes) * 60_000
  const date = new Date().toISOString().slice(0, 10)
  const about = { release, seed, program, guestKernel: guests.version, systemd, checkpoints: passed }
  const schedule = { ...about, casesPlanned: planned.length, outcomes: [] }
  const outcomes = values.continue ? [...earlier(schedule, date)] : []
  for (const next of planned.slice(outcomes.length, Number(values.cases))) {
    if (Date.now() > until) break
    const outcome = await trial.run(next)
    outcomes.push(outcome)
    const verdict = outcome.violations.join('; ') || 'recovered'
    console.error(`${release} ${outcomes.length}/${planned.length} ${outcome.cuts.join(', then ')}: ${verdict}`)
    writeReport({ ...schedule, outcomes }, date)
  }
  const failed = outcomes.filter(({ violations }) => violations.length > 0).length
  console.log(`${release}: ${outcomes.length} of ${planned.length} cases run, ${failed} not recovered`)
  return failed === 0 && outcomes.length > 0
}

/** A card of the release's newest image with the owner's spec, before its first start. @returns its systemd's version */
function bake(release: Release, file: string): string {
  const owner = new Owner()
  const image = stockImage(newest[release])
  try {
    const applied = pibake(['apply', owner.spec, '--boot', image.boot, '--root', image.root])
    if (applied.status !== 0) throw new Error(applied.stdout + applied.stderr)
    // An RSA key takes half a minute in an emulator, and goes through the same lines as an ECDSA key.
    writeFileSync(join(image.root, 'etc/pibake/first-boot/host-keys'), 'ed25519\necdsa\n')
    makeDisk(file, image.boot, image.root)
    return run(['chroot', image.root, 'systemctl', '--version']).split('\n')[0] ?? ''
  } finally {
    image.remove()
    owner.remove()
  }
}

/**
 * Boots whole baked devices in the emulator: `npm run test:boot -- [RELEASE …] [--architecture NAME …] [--pairs N]
 * [--times | --locked | --delta | --newcomer]`. As root; see docs/testing.md.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as assert from 'uvu/assert'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { Owner, SSH_PORT } from '../system/support/owner.ts'
import type { Architecture } from '../system/support/recipe.ts'
import { releases } from '../system/support/roots.ts'
import { bakedCard, madeInitramfs, stockCard } from './card.ts'
import { Checks } from './checks.ts'
import { accounts, Device, PLANTED } from './device.ts'
import { type Life, liveBaked, liveCut, liveStock, rules } from './lives.ts'
import { liveLocked } from './locked.ts'
import { machineFor } from './machine.ts'
import { liveNewcomer, newcomersCard } from './newcomer.ts'
import { PARTS, writeReport } from './report.ts'
import { measure, type Times } from './times.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    architecture: { type: 'string', multiple: true, default: ['amd64', 'arm64'] },
    pairs: { type: 'string', default: '3' },
    times: { type: 'boolean', default: false },
    locked: { type: 'boolean', default: false },
    delta: { type: 'boolean', default: false },
    newcomer: { type: 'boolean', default: false },
  },
})
const part = PARTS.find((name) => values[name])
const chosen = releases.filter((release) => positionals.length === 0 || positionals.includes(release))
const architectures = (['amd64', 'arm64'] as const).filter((name) => values.architecture.includes(name))
if (chosen.length === 0) throw new Error(`a release is one of ${releases.join(', ')}`)

// In memory: cards are copied and thrown away.
mkdirSync('/dev/shm', { recursive: true })
const work = mkdtempSync('/dev/shm/pibake-boot-')
process.once('exit', () => rmSync(work, { recursive: true, force: true }))

for (const architecture of architectures) {
  for (const release of chosen) {
    if (!(await prove(release, architecture))) process.exitCode = 1
  }
}

/** @returns whether all checks passed */
async function prove(release: Release, architecture: Architecture): Promise<boolean> {
  const name = `${release} ${architecture}`
  const date = new Date().toISOString().slice(0, 10)
  const owner = new Owner({ rules, packages: 'bundle: true' })
  const machine = machineFor(release, architecture, [22, SSH_PORT, ...PLANTED], work)
  const recipe = { release, architecture, owner }
  const card = (what: string) => join(work, `${what}.img`)
  const checks = new Checks(name)
  const life: Life = { checks, probes: {}, versions: [], analyses: {} }
  const times: Record<string, Times> = {}
  const report = () =>
    writeReport(
      { release, architecture, kernel: machine.kernel.version, ...life, checks: checks.done, times },
      date,
      part,
    )

  const lives = async () => {
    await checks.check('control: the unbaked image lives', async () => {
      stockCard({ ...recipe, planted: PLANTED }, card('stock-lived'))
      const device = await Device.make(machine, card('stock-lived'), owner, accounts.stock)
      await liveStock(device, PLANTED, life).finally(() => device.remove())
    })
    report()
    await checks.check('the baked image lives', async () => {
      // Where no sshd listens any more somebody else does.
      bakedCard({ ...recipe, planted: [22, ...PLANTED] }, card('baked-lived'))
      const device = await Device.make(machine, card('baked-lived'), owner, accounts.baked)
      await liveBaked(device, owner, life).finally(() => device.remove())
    })
    report()
    await checks.check('the baked image lives through power cuts', async () => {
      bakedCard({ ...recipe, planted: [22, ...PLANTED] }, card('baked-cut'))
      const device = await Device.make(machine, card('baked-cut'), owner, accounts.baked)
      await liveCut(device, life).finally(() => device.remove())
    })
    report()
    rmSync(card('baked-cut'), { force: true })
  }

  /** A root that no start after the first one writes: its own owner, whose spec asks for it. */
  const locked = () =>
    checks.check('the baked image lives with its root locked', async () => {
      const more = 'hardening:\n  overlayRoot: afterFirstStart\n'
      const keeper = new Owner({ rules, packages: 'bundle: true', more })
      const file = card('baked-locked')
      bakedCard({ ...recipe, owner: keeper, makesInitramfs: true }, file)
      const initramfs = () => ({ ...machine, initramfs: madeInitramfs(file, machine.kernel.version, work) })
      await liveLocked((made) => Device.make(made ? initramfs() : machine, file, keeper, accounts.baked), life)
      keeper.remove()
      rmSync(file, { force: true })
    })

  /** A card by way of a fleet's delta, and not of `bake`. */
  const fromDelta = () =>
    checks.check('the image that a delta makes lives', async () => {
      const file = card('baked-delta')
      bakedCard({ ...recipe, planted: [22, ...PLANTED], isDelta: true }, file)
      const device = await Device.make(machine, file, owner, accounts.baked)
      await liveBaked(device, owner, life).finally(() => device.remove())
      rmSync(file, { force: true })
    })

  /** The README's commands, from nothing to a card. */
  const newcomer = () =>
    checks.check('the card of the README lives', async () => {
      const file = card('readme')
      newcomersCard(recipe, file)
      const device = await Device.make(machine, file, owner, accounts.readme)
      await liveNewcomer(device, checks).finally(() => device.remove())
      rmSync(file, { force: true })
    })

  if (part === undefined) await lives()
  if (part === undefined || part === 'locked') await locked()
  if (part === undefined || part === 'delta') await fromDelta()
  if (part === undefined || part === 'newcomer') await newcomer()
  report()
  const pairs = part === undefined || part === 'times' ? Number(values.pairs) : 0
  if (pairs > 0) {
    await checks.check('every start of a card makes its own host keys', async () => {
      bakedCard(recipe, card('baked'))
      stockCard(recipe, card('stock'))
      const keys: string[] = []
      times.first = await measure(machine, { baked: card('baked'), stock: card('stock') }, pairs, owner, keys)
      assert.is(new Set(keys).size, pairs)
    })
    report()
  }
  if (pairs > 0 && part !== 'times') {
    await checks.check('second starts keep the host keys', async () => {
      const keys: string[] = []
      const cards = { baked: card('baked-lived'), stock: card('stock-lived') }
      times.second = await measure(machine, cards, pairs, owner, keys)
      assert.is(new Set(keys).size, 1)
    })
    report()
  }
  owner.remove()
  for (const what of ['baked', 'stock', 'baked-lived', 'stock-lived']) rmSync(card(what), { force: true })
  return checks.done.every(({ passed }) => passed)
}

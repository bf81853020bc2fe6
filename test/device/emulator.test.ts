import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { bakedCard } from '../boot/card.ts'
import { accounts, Device, PLANTED } from '../boot/device.ts'
import { noPasswordOffered, nothingOpened, opened, rules } from '../boot/lives.ts'
import { machineFor } from '../boot/machine.ts'
import type { Probe } from '../boot/probe.ts'
import { suite } from '../support/suite.ts'
import { Owner, SSH_PORT } from './support/owner.ts'

const test = suite('a whole device in the emulator, first start, no packages at hand')

const owner = new Owner({ rules })
const work = mkdtempSync(join(tmpdir(), 'pibake-emulator-'))
const closed = [22, ...PLANTED]
let device: Device
let probe: Probe

test.before(async () => {
  const machine = machineFor('trixie', 'amd64', [SSH_PORT, ...closed], work)
  const card = join(work, 'card.img')
  bakedCard({ release: 'trixie', architecture: 'amd64', owner, planted: closed }, card)
  device = await Device.make(machine, card, owner, accounts.baked)
  probe = device.probe()
  await device.start()
})

test.after(async () => {
  await device?.remove()
  owner.remove()
  rmSync(work, { recursive: true, force: true })
})

test('the owner logs in with the key', async () => {
  await device.until('a login', 900, () => device.login('true').status === 0)
  // The probe has to get in too, which tries every eight seconds.
  await sleep(20_000)
})

test('until then no port but its own has answered, and no password was asked for', async () => {
  const seen = await probe.stop()
  nothingOpened(device, seen)
  noPasswordOffered(seen)
})

test('the probe would have seen it: without the firewall every port answers', async () => {
  const later = device.probe()
  device.asRoot('nft flush ruleset')
  await sleep(5000)
  assert.equal(opened(await later.stop()), closed)
})

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from '../../src/device/inspect/inventory.ts'
import { bakedCard, stockCard } from '../boot/card.ts'
import { accounts, Device } from '../boot/device.ts'
import type { Machine } from '../boot/guest.ts'
import { isOk, START } from '../boot/lives.ts'
import { machineFor } from '../boot/machine.ts'
import { SSH_PORT } from '../system/support/owner.ts'
import { debs } from '../system/support/roots.ts'
import { run } from '../system/support/run.ts'
import { REPOSITORY, SOURCE } from '../system/support/site.ts'
import { INSIDE, type Kit } from './kit.ts'
import { fromInside, type Judged, ownerOf, type Verdict } from './trial.ts'

/** Most of what OpenSCAP reads of a benchmark it keeps in memory. */
const MEMORY = 3072
/** Seconds for what is asked in between. */
const SOON = 600

/**
 * Starts a device twice in the emulator, with its own kernel, and has it judged from inside. What looks from the network sees it in a
 * container.
 */
export async function judgeEmulated(release: Release, what: string, kit: Kit): Promise<Verdict> {
  const owner = ownerOf(what)
  mkdirSync('/dev/shm', { recursive: true })
  const work = mkdtempSync('/dev/shm/pibake-hardness-')
  const card = join(work, 'card.img')
  const drives = [driveOf(kit.inside, work, 'judges.img'), driveOf(debs(release), work, 'archive.img')]
  const isStock = what === 'stock'
  let device: Device | undefined
  try {
    const recipe = { release, architecture: 'amd64', owner, packages: [kit.linuxBase] } as const
    if (isStock) stockCard(recipe, card)
    else bakedCard(recipe, card)
    const plain = machineFor(release, 'amd64', [22, SSH_PORT], work)
    const machine: Machine = { ...plain, memory: MEMORY, drives }
    device = await Device.make(machine, card, owner, isStock ? accounts.stock : accounts.baked)
    await started(device)
    device.asRoot(BRING_ARCHIVE, SOON)
    if (!isStock) isOk(device)
    await device.shutDown('reboot')
    await started(device)
    atRest(device)
    device.asRoot(BRING_JUDGES, SOON)
    return fromInside(judged(device), release, what)
  } finally {
    await device?.remove()
    rmSync(work, { recursive: true, force: true })
    owner.remove()
  }
}

/** A folder as a disk that a device can read. */
function driveOf(folder: string, work: string, name: string): string {
  const file = join(work, name)
  run(['mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal', '-d', folder, file, '400M'])
  return file
}

/** What the device finds at its owner's site: no network of the emulator leads to an archive. */
const BRING_ARCHIVE = [
  `mkdir -p ${REPOSITORY}`,
  `mount -o ro /dev/vdc ${REPOSITORY}`,
  'rm -rf /etc/apt/sources.list.d',
  `echo "${SOURCE}" > /etc/apt/sources.list`,
].join(' && ')

/** In memory, as in a container: a disk that is mounted would be one of those that are judged. */
const BRING_JUDGES = [
  `mkdir -p ${INSIDE} /run/drive`,
  `mount -t tmpfs -o mode=0755,size=400m tmpfs ${INSIDE}`,
  'mount -o ro /dev/vdb /run/drive',
  `cp -a /run/drive/. ${INSIDE}/`,
  'umount /run/drive',
  'rmdir /run/drive',
].join(' && ')

async function started(device: Device): Promise<void> {
  await device.start()
  await device.until('a login', START, () => device.login('true').status === 0)
}

/** One login that waits: each costs an emulated device seconds. */
function atRest(device: Device): void {
  device.login('systemctl is-system-running --wait', { timeout: START })
}

function judged(device: Device): Judged {
  const line = (command: readonly string[]) => command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  return {
    run: (command) => device.asRoot(line(command), SOON),
    attempt: (command, { timeout = SOON } = {}) => device.attemptAsRoot(line(command), timeout),
  }
}

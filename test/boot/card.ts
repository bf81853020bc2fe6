import { appendFileSync, chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../src/assets.ts'
import type { Behaviour, Release } from '../../src/inspect/inventory.ts'
import { type Image, stockImage } from '../device/support/dress.ts'
import { debianKernel } from '../device/support/kernel.ts'
import type { Owner } from '../device/support/owner.ts'
import { pibake } from '../device/support/pibake.ts'
import type { Architecture } from '../device/support/recipe.ts'
import { growDisk, makeDisk, piGen } from '../power/disk.ts'
import { MIRROR } from './guest.ts'

/** What a card is made of. */
export interface Recipe {
  readonly release: Release
  readonly architecture: Architecture
  readonly owner: Owner
  /** Ports on which the card's own planted program answers from the first moment of its systemd. */
  readonly planted?: readonly number[]
}

const newest: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }

/** A card as the owner writes it: the stock image, baked by this program. */
export function bakedCard(recipe: Recipe, file: string): void {
  withBase(recipe, (image) => {
    const applied = pibake(['apply', recipe.owner.spec, '--boot', image.boot, '--root', image.root])
    if (applied.status !== 0) throw new Error(applied.stdout + applied.stderr)
    write(image, file)
  })
}

/**
 * The same card unbaked, with ssh switched on as its documentation says to (a file `ssh` on the FAT, which the real
 * sshswitch turns into what is done here). The owner's key opens root, so that the test can look inside and end it.
 */
export function stockCard(recipe: Recipe, file: string): void {
  withBase(recipe, (image) => {
    const { root } = image
    const unit = '/lib/systemd/system/ssh.service'
    for (const link of ['multi-user.target.wants/ssh.service', 'sshd.service']) {
      symlinkSync(unit, join(root, 'etc/systemd/system', link))
    }
    mkdirSync(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 })
    cpSync(`${recipe.owner.key}.pub`, join(root, 'root/.ssh/authorized_keys'))
    chmodSync(join(root, 'root/.ssh/authorized_keys'), 0o600)
    write(image, file)
  })
}

/** Put on a card with more room than the image; Raspberry Pi's initramfs, which is not here, would make it usable. */
function write({ boot, root }: Image, file: string): void {
  const geometry = piGen(root)
  makeDisk(file, boot, root, geometry)
  growDisk(file, geometry, ROOM)
}

/** Bytes. */
const ROOM = 2 ** 30

/** What both cards are made from: the release's newest image, with what an emulated device needs to start. */
function withBase(recipe: Recipe, use: (image: Image) => void): void {
  const { release, architecture, planted } = recipe
  const image = stockImage(newest[release], 'lite', architecture)
  try {
    const { unpacked, version } = debianKernel(release, architecture)
    const modules = join('lib/modules', version)
    cpSync(join(unpacked, modules), join(image.root, 'usr', modules), { recursive: true, verbatimSymlinks: true })
    settleIn(image.root)
    if (release === 'bookworm') makesHostKeys(image.root)
    if (planted !== undefined) plant(image.root, planted)
    use(image)
  } finally {
    image.remove()
  }
}

/** What the device finds where it is: a mirror with the packages, and a set clock, for no time server can be reached. */
function settleIn(root: string): void {
  rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true, force: true })
  writeFileSync(join(root, 'etc/apt/sources.list'), `deb [trusted=yes] http://${MIRROR}/ ./\n`)
  put(root, 'etc/tmpfiles.d/site-clock.conf', 'f /run/systemd/timesync/synchronized\n')
}

/** In place of our stand-in, what raspberrypi-sys-mods' script does: all types of host key, once. */
function makesHostKeys(root: string): void {
  const script =
    '#!/bin/sh -e\nrm -f /etc/ssh/ssh_host_*_key*\nssh-keygen -A\nsystemctl disable regenerate_ssh_host_keys\n'
  put(root, 'usr/lib/raspberrypi-sys-mods/regenerate_ssh_host_keys', script, 0o755)
}

/** Started before anything is ordered, and ended by nothing but the power: see `planted.py`. */
export function plant(root: string, ports: readonly number[]): void {
  put(root, 'usr/local/lib/planted.py', readFileSync(join(packageRoot, 'test/boot/planted.py'), 'utf8'))
  const command = `/usr/bin/python3 -I /usr/local/lib/planted.py ${ports.join(' ')}`
  const unit = `[Unit]\nDescription=Planted listeners\nDefaultDependencies=no\n\n[Service]\nExecStart=${command}\n`
  put(root, 'etc/systemd/system/planted.service', unit)
  symlinkSync('../planted.service', join(root, 'etc/systemd/system/sysinit.target.wants/planted.service'))
}

function put(root: string, path: string, text: string, mode = 0o644): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  rmSync(file, { force: true })
  appendFileSync(file, text)
  chmodSync(file, mode)
}

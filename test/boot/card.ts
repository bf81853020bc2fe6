import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'
import type { Behaviour, Release } from '../../src/device/inspect/inventory.ts'
import { growDisk, makeDisk, piGen } from '../power/disk.ts'
import { runIn } from '../system/support/chroot.ts'
import { type Image, stockImage } from '../system/support/dress.ts'
import { debianKernel } from '../system/support/kernel.ts'
import type { Owner } from '../system/support/owner.ts'
import { pibake } from '../system/support/pibake.ts'
import type { Architecture } from '../system/support/recipe.ts'
import { run } from '../system/support/run.ts'

/** What a card is made of. */
export interface Recipe {
  readonly release: Release
  readonly architecture: Architecture
  readonly owner: Owner
  /** Ports on which the card's own planted program answers from the first moment of its systemd. */
  readonly planted?: readonly number[]
  /** Whether the device makes an initramfs of its own at its start, for {@link madeInitramfs}. */
  readonly makesInitramfs?: boolean
  /** Whether it is made by a delta of a fleet. */
  readonly isDelta?: boolean
  /** Files of packages that the image has besides. */
  readonly packages?: readonly string[]
}

const SECTOR = 512

const newest: Readonly<Record<Release, Behaviour>> = { bookworm: 'bookworm-2025', trixie: 'trixie-2026' }

/** A card as the owner writes it: the stock image, baked by this program. */
export function bakedCard(recipe: Recipe, file: string): void {
  withBase(recipe, (image) => {
    const geometry = piGen(image.root)
    const base = `${file}.base.img`
    makeDisk(base, image.boot, image.root, geometry)
    try {
      if (recipe.isDelta) fleetOfOne(recipe.owner.spec, base, file)
      else made(['bake', recipe.owner.spec, base, '--output', file])
    } finally {
      rmSync(base)
    }
    growDisk(file, geometry, ROOM)
  })
}

/** The delta of a fleet's only device, and the image that it makes of the base. */
function fleetOfOne(spec: string, base: string, file: string): void {
  const fleet = `${file}.fleet`
  const inventory = `${file}.csv`
  try {
    writeFileSync(inventory, 'id\nkit-01\n')
    made(['fleet', spec, '--inventory', inventory, '--base', base, '-o', fleet, '--format', 'delta'])
    made(['delta', 'apply', join(fleet, 'devices/kit-01.delta'), '--base', base, '-o', file])
  } finally {
    for (const place of [fleet, inventory]) rmSync(place, { recursive: true, force: true })
  }
}

function made(command: readonly string[]): void {
  const { status, stdout, stderr } = pibake(command, { timeout: 900 })
  if (status !== 0) throw new Error(stdout + stderr)
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
    const geometry = piGen(root)
    makeDisk(file, image.boot, root, geometry)
    growDisk(file, geometry, ROOM)
  })
}

/** How much larger a card is than its image, in bytes; Raspberry Pi's initramfs, which is not here, would use it. */
export const ROOM = 2 ** 30

/** What both cards are made from: the release's newest image, with what an emulated device needs to start. */
export function withBase(recipe: Recipe, use: (image: Image) => void): void {
  const { release, architecture, planted, packages = [] } = recipe
  const image = stockImage(newest[release], 'lite', architecture)
  try {
    const { unpacked, version } = debianKernel(release, architecture)
    const modules = join('lib/modules', version)
    cpSync(join(unpacked, modules), join(image.root, 'usr', modules), { recursive: true, verbatimSymlinks: true })
    if (release === 'bookworm') makesHostKeys(image.root)
    for (const file of packages) addPackage(image.root, file)
    if (planted !== undefined) plant(image.root, planted)
    if (recipe.makesInitramfs) hasKernel(image.root, unpacked, version)
    use(image)
  } finally {
    image.remove()
  }
}

/** Installs a package whose dependencies are there. */
export function addPackage(root: string, file: string): void {
  const place = `/tmp/${basename(file)}`
  cpSync(file, join(root, place))
  runIn(root, ['dpkg', '--install', place])
  rmSync(join(root, place))
}

/** In place of our stand-in, what raspberrypi-sys-mods' script does: all types of host key, once. */
export function makesHostKeys(root: string): void {
  const script =
    '#!/bin/sh -e\nrm -f /etc/ssh/ssh_host_*_key*\nssh-keygen -A\nsystemctl disable regenerate_ssh_host_keys\n'
  const path = 'usr/lib/raspberrypi-sys-mods/regenerate_ssh_host_keys'
  put(root, path, script, 0o755)
  // It is as its package brought it, and not somebody's own.
  const list = join(root, 'var/lib/dpkg/info/raspberrypi-sys-mods.md5sums')
  const others = readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(`  ${path}`))
  const digest = createHash('md5').update(script).digest('hex')
  writeFileSync(list, [...others, `${digest}  ${path}`, ''].join('\n'))
}

/** What `update-initramfs -u -k all` goes by, as a package of a kernel leaves it: the configuration, and an initramfs of before. */
function hasKernel(root: string, unpacked: string, version: string): void {
  cpSync(join(unpacked, 'boot', `config-${version}`), join(root, 'boot', `config-${version}`))
  put(root, `boot/initrd.img-${version}`, 'none yet\n')
  put(root, `var/lib/initramfs-tools/${version}`, '')
  // Raspberry Pi OS takes all modules, and zstd: an emulated processor would need a quarter of an hour for them.
  put(root, 'etc/initramfs-tools/conf.d/emulated', 'MODULES=dep\nCOMPRESS=gzip\nCOMPRESSLEVEL=1\n')
}

/** The initramfs that a device has made on its card. @param work where it is put @returns its file */
export function madeInitramfs(card: string, version: string, work: string): string {
  const file = join(work, 'made-initramfs')
  const { partitiontable: table } = JSON.parse(run(['sfdisk', '--json', card]))
  const place = `${card}?offset=${table.partitions[1].start * SECTOR}`
  run(['debugfs', '-R', `dump /boot/initrd.img-${version} ${file}`, place])
  return file
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

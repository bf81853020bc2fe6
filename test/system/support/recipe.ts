import { createHash } from 'node:crypto'
import type { Release } from '../../../src/device/inspect/inventory.ts'

/**
 * `lite`: the packages of Raspberry Pi OS Lite that pibake deals with, and no more, so that a first start has to
 * install what is missing. `full`: the same plus what the first start installs and the judges need.
 */
export type Kind = 'lite' | 'full'

/** As Debian names it. This machine's own, or one whose programs its kernel hands to an emulator (qemu-user-static). */
export type Architecture = 'amd64' | 'arm64'

/** This machine's architecture. */
export const native: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** What Lite holds (pi-gen stage1/stage2 and priority important), reduced to what a test can notice. */
const lite = [
  'adduser',
  'apt',
  'avahi-daemon',
  'ca-certificates',
  'cron',
  'dbus',
  'init',
  'iproute2',
  'kmod',
  'less',
  'libpam-systemd',
  'locales',
  'login',
  'logrotate',
  'network-manager',
  'nftables',
  'openssh-client',
  'openssh-server',
  'passwd',
  'procps',
  'python3-minimal',
  'rfkill',
  'sudo',
  'systemd-sysv',
  'systemd-timesyncd',
  'tzdata',
  'udev',
]

/** Lite differs by release: cloud-init came with Trixie. */
const liteOf: Readonly<Record<Release, readonly string[]>> = { bookworm: [], trixie: ['cloud-init'] }

/** Not in Lite: carried as .debs for the first start. */
export const firstStartPackages: readonly string[] = [
  'apparmor',
  'fail2ban',
  'iptables',
  'nftables',
  'python3-systemd',
  'ufw',
  'unattended-upgrades',
]

/** Programs that only judge. */
const judges = ['curl', 'ssh-audit']

/** The packages of one root, sorted. */
export function packagesOf(release: Release, kind: Kind): readonly string[] {
  const packages = [...lite, ...liteOf[release], ...(kind === 'full' ? [...firstStartPackages, ...judges] : [])]
  return [...new Set(packages)].sort()
}

/** Raised when roots are made in another way, of the same packages. */
const RECIPE = 2

/** Twelve hex digits that change whenever the recipe does: the cache's key. */
export function recipeDigest(release: Release, kind: Kind, architecture: Architecture): string {
  const foreign = architecture === native ? [] : [architecture]
  const recipe = JSON.stringify([RECIPE, release, kind, packagesOf(release, kind), firstStartPackages, ...foreign])
  return createHash('sha256').update(recipe).digest('hex').slice(0, 12)
}

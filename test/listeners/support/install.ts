import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Release } from '../../../src/device/inspect/inventory.ts'
import { debianSources, machineCodename, unstableSource } from '../../system/support/mirror.ts'
import { debianRoot, discard, scratch } from '../../system/support/roots.ts'
import { run } from '../../system/support/run.ts'

type Suite = Release | 'unstable'

/** What apt fetches is kept, for the packages of one daemon are those of many. */
function cacheOf(suite: Suite): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-test', `listeners-${suite}`)
  for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(cache, folder), { recursive: true })
  return cache
}

/** In the root, with the network of this machine and apt's lists and archives of the cache; nothing is started. */
const ENTER = `
root=$1 cache=$2
shift 2
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$cache/lists" "$root/var/lib/apt/lists"
mount --bind "$cache/archives" "$root/var/cache/apt/archives"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
`
const APT = [
  'apt-get',
  '--quiet=2',
  '-o',
  'APT::Sandbox::User=root',
  '-o',
  'Dpkg::Use-Pty=0',
  '-o',
  'Acquire::Languages=none',
]

function enter(root: string, suite: Suite, command: readonly string[], seconds: number): string {
  const alone = [
    // One apt at a time uses the cache.
    'flock',
    join(cacheOf(suite), 'lock'),
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-euc',
    ENTER,
    'sh',
    root,
    cacheOf(suite),
  ]
  return run([...alone, ...command], { timeout: seconds })
}

/** Asks the mirror once a run what there is. */
export function refresh(release: Release): void {
  const root = prepared(release)
  enter(root, release, [...APT, 'update'], 300)
}

/** A Debian root of the caller's own with packages installed, as `apt-get install` leaves them, and what they recommend left out. */
export function installed(release: Release, packages: readonly string[]): string {
  const root = prepared(release)
  enter(root, release, [...APT, 'install', '--yes', '--no-install-recommends', ...packages], 900)
  return root
}

/** Runs a command in such a root, with the network of this machine. @returns its stdout */
export function runOnline(root: string, release: Release, command: readonly string[]): string {
  return enter(root, release, command, 900)
}

/** The file of a package that {@link installed} has fetched. */
export function fetchedFile(release: Release, packageName: string): string {
  const archives = join(cacheOf(release), 'archives')
  const found = readdirSync(archives).find((file) => file.startsWith(`${packageName}_`) && file.endsWith('.deb'))
  if (found === undefined) throw new Error(`${archives} has no ${packageName}`)
  return join(archives, found)
}

/**
 * Fetches a package of Debian unstable that is data alone, and unpacks it.
 *
 * @param to an empty folder
 */
export function unpackedFromUnstable(name: string, to: string): void {
  const root = prepared('trixie')
  try {
    writeFileSync(join(root, 'etc/apt/sources.list'), `${unstableSource(machineCodename())}\n`)
    // A mirror may be some weeks behind; what it says is signed all the same.
    enter(root, 'unstable', [...APT, '-o', 'Acquire::Check-Valid-Until=false', 'update'], 300)
    const fetch = 'mkdir /fetched; cd /fetched; exec "$@"'
    enter(root, 'unstable', ['sh', '-euc', fetch, 'sh', ...APT, 'download', name], 300)
    const [file = ''] = readdirSync(join(root, 'fetched'))
    cpSync(join(root, 'fetched', file), join(to, 'package.deb'))
    run(['dpkg-deb', '--extract', join(to, 'package.deb'), to])
  } finally {
    discard(root)
  }
}

function prepared(release: Release): string {
  const root = scratch(debianRoot(release, 'lite'))
  rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true, force: true })
  writeFileSync(join(root, 'etc/apt/sources.list'), debianSources(release, machineCodename()))
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return root
}

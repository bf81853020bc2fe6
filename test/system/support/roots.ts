import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Release } from '../../../src/device/inspect/inventory.ts'
import { debianSources, machineCodename } from './mirror.ts'
import { type Architecture, firstStartPackages, type Kind, native, packagesOf, recipeDigest } from './recipe.ts'
import { run } from './run.ts'

/** The two Debian releases that Raspberry Pi OS is made from. */
export const releases: readonly Release[] = ['bookworm', 'trixie']

/** A cached root is made anew after this many days, so that the judges do not grow old. */
const KEEP_DAYS = 30

/** A real Debian root of a release, shared between runs: for reading only, {@link scratch} gives a copy to change. */
export function debianRoot(release: Release, kind: Kind, architecture = native): string {
  return join(cached(release, kind, architecture), 'root')
}

/** A directory with the .debs that the first start installs and all they need, as an apt repository (`deb [trusted=yes] file:… ./`). */
export function debs(release: Release, architecture = native): string {
  return join(cached(release, 'lite', architecture), 'debs')
}

/**
 * A root that is the caller's own to change: what it changes is kept in memory, over the shared one; beside it is room for
 * more. The caller gives it back with {@link discard}; what is left at the end of the process goes then.
 */
export function scratch(root: string): string {
  const place = mkdtempSync(join(tmpdir(), 'pibake-root-'))
  run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'pibake-test', place])
  places.add(place)
  const copy = join(place, 'root')
  const [upper, work] = [join(place, '.upper'), join(place, '.work')]
  for (const directory of [copy, upper, work]) mkdirSync(directory)
  // redirect_dir: a directory of the shared root can be renamed. xino: all of it has one device number, like a partition.
  const options = `lowerdir=${root},upperdir=${upper},workdir=${work},redirect_dir=on,xino=on`
  run(['mount', '-t', 'overlay', '-o', options, 'pibake-test', copy])
  return copy
}

/** Removes what {@link scratch} made, and all that lies beside it. */
export function discard(copy: string): void {
  const place = dirname(copy)
  if (places.delete(place)) run(['sh', '-euc', 'umount --lazy "$1/root"; umount --lazy "$1"; rmdir "$1"', 'sh', place])
}

const places = new Set<string>()
process.once('exit', () => {
  for (const place of places) discard(join(place, 'root'))
})

function cached(release: Release, kind: Kind, architecture: Architecture): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pibake-test')
  const foreign = architecture === native ? '' : `-${architecture}`
  const place = join(cache, `${release}-${kind}${foreign}-${recipeDigest(release, kind, architecture)}`)
  if (isFresh(place)) return place
  mkdirSync(cache, { recursive: true })
  return locked(`${place}.lock`, () => (isFresh(place) ? place : make(place, release, kind, architecture)))
}

function isFresh(place: string): boolean {
  return existsSync(place) && ageInDays(place) < KEEP_DAYS
}

/** One process makes a root, others that want it wait. */
function locked<T>(lock: string, work: () => T): T {
  while (!lockedBy(lock, process.pid)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  try {
    return work()
  } finally {
    rmSync(lock)
  }
}

/** Whether the lock is this process's now; one of a process that has ended counts for nothing. */
function lockedBy(lock: string, pid: number): boolean {
  try {
    writeFileSync(lock, String(pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const owner = existsSync(lock) ? readFileSync(lock, 'utf8') : ''
  if (owner !== '' && !existsSync(`/proc/${owner}`)) rmSync(lock, { force: true })
  return false
}

function make(place: string, release: Release, kind: Kind, architecture: Architecture): string {
  const partial = mkdtempSync(`${place}.partial-`)
  try {
    build(partial, release, kind, architecture)
    rmSync(place, { recursive: true, force: true })
    renameSync(partial, place)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return place
}

function ageInDays(path: string): number {
  return (Date.now() - statSync(path).mtimeMs) / 86_400_000
}

function build(place: string, release: Release, kind: Kind, architecture: Architecture): void {
  if (architecture !== native) emulate()
  console.error(`making a Debian root: ${release} ${kind} ${architecture} (kept for ${KEEP_DAYS} days) …`)
  const sources = join(place, 'sources.list')
  writeFileSync(sources, debianSources(release, machineCodename()))
  const debs = join(place, 'debs')
  mkdirSync(debs)
  const hooks = kind === 'lite' ? [download, `copy-out /var/cache/apt/archives ${debs}`] : []
  run(
    [
      'mmdebstrap',
      '--quiet',
      '--variant=minbase',
      `--architectures=${architecture}`,
      `--include=${packagesOf(release, kind).join(',')}`,
      ...hooks.map((hook) => `--customize-hook=${hook}`),
      release,
      join(place, 'root'),
      sources,
    ],
    { timeout: architecture === native ? 900 : 3600 },
  )
  if (kind === 'lite') index(debs)
}

/** Has the kernel hand arm64's programs to qemu-user-static. */
function emulate(): void {
  const registry = '/proc/sys/fs/binfmt_misc'
  if (!existsSync(join(registry, 'register'))) run(['mount', '-t', 'binfmt_misc', 'none', registry])
  run(['update-binfmts', '--enable', 'qemu-aarch64'])
}

/** Recommended packages too: whether the first start takes them is its own choice. */
const download = `chroot "$1" apt-get install --download-only --yes --quiet ${firstStartPackages.join(' ')}`

/** Makes a directory of .debs readable for apt; unsigned, so its source line says `trusted`. */
function index(debs: string): void {
  const scan = 'mv archives/*.deb . && rm -r archives && dpkg-scanpackages --multiversion . >Packages'
  run(['sh', '-euc', scan], { cwd: debs })
  const packages = readFileSync(join(debs, 'Packages'))
  const digest = createHash('sha256').update(packages).digest('hex')
  const release = `Date: ${new Date().toUTCString()}\nSHA256:\n ${digest} ${packages.length} Packages\n`
  writeFileSync(join(debs, 'Release'), release)
}

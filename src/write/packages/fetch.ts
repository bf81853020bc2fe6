import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packagesText } from '../../core/carried/bundle.ts'
import type { LockedPackage } from '../../core/carried/lock.ts'
import { type DebCache, sha256Of } from './cache.ts'
import { baseConfiguration } from './configuration.ts'
import { PackageError, WITHOUT } from './errors.ts'
import { withoutLogins } from './logins.ts'
import { type Mirror, mirrored } from './mirrors.ts'
import { type AptOutput, aptErrors, runApt } from './run-apt.ts'

/** Fetches files by themselves, with apt's own transports. */
const HELPER = '/usr/lib/apt/apt-helper'

export interface FetchOptions {
  readonly cache: DebCache
  readonly mirrors: readonly Mirror[]
  readonly snapshot: string | undefined
  readonly env: NodeJS.ProcessEnv
  /** The owner's own packages by their SHA-256. */
  readonly debs: ReadonlyMap<string, Uint8Array>
  /** Is told before anything is fetched: how many packages, and their bytes. */
  readonly onFetch: (count: number, bytes: number) => void
}

/**
 * The .debs of a lock, from the cache where they are there, else from the network; each is held against its SHA-256.
 *
 * @returns SHA-256 → bytes
 * @throws PackageError when one cannot be fetched, or is not what the lock says
 */
export async function fetchDebs(
  packages: readonly LockedPackage[],
  options: FetchOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const missing: LockedPackage[] = []
  for (const one of packages) {
    const content = options.debs.get(one.sha256) ?? options.cache.read(one.sha256)
    if (content === undefined) missing.push(one)
    else found.set(one.sha256, content)
  }
  if (missing.length === 0) return found
  options.onFetch(
    missing.length,
    missing.reduce((sum, { size }) => sum + size, 0),
  )
  for (const [sha256, content] of await download(missing, options)) {
    options.cache.keep(sha256, content)
    found.set(sha256, content)
  }
  return found
}

async function download(packages: readonly LockedPackage[], options: FetchOptions): Promise<Map<string, Uint8Array>> {
  const lost = packages.find(({ uri }) => uri === null)
  if (lost !== undefined) throw new PackageError(`${lost.file} is locked, and not among packages.debs any more`)
  const place = mkdtempSync(join(tmpdir(), 'pibake-fetch-'))
  try {
    mkdirSync(join(place, 'etc/apt/apt.conf.d'), { recursive: true })
    writeFileSync(join(place, 'apt.conf'), baseConfiguration(place))
    const { uris, auth } = withoutLogins(
      packages.map(({ uri }) => mirrored(uri ?? '', options.mirrors, options.snapshot)),
    )
    if (auth !== '') writeFileSync(join(place, 'etc/apt/auth.conf'), auth, { mode: 0o600 })
    const jobs = packages.flatMap(({ sha256 }, i) => [
      uris[i] as string,
      join(place, `${sha256}.deb`),
      `SHA256:${sha256}`,
    ])
    const done = await runApt({ place }, options.env, [HELPER, '-q', 'download-file', ...jobs])
    if (!done.ok) throw failure(done, packages.length)
    return new Map(packages.map((one) => [one.sha256, checked(readFileSync(join(place, `${one.sha256}.deb`)), one)]))
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function checked(content: Uint8Array, { file, sha256 }: LockedPackage): Uint8Array {
  if (sha256Of(content) !== sha256) throw new PackageError(`${file} is not what the lock says: it has another SHA-256`)
  return content
}

function failure(done: AptOutput, count: number): PackageError {
  if (/Hash Sum mismatch|unexpected size/i.test(done.stdout + done.stderr)) {
    return new PackageError(`a package is not what the lock says: ${aptErrors(done)}`, {
      hint: 'the archive has other bytes under that name; pibake lock --update asks it anew',
    })
  }
  return new PackageError(`${packagesText(count)} cannot be fetched: ${aptErrors(done)}`, {
    hint: `is there a network? ${WITHOUT}`,
    isTemporary: true,
  })
}

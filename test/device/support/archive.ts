import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { EmptyDeb } from './empty-deb.ts'
import { run } from './run.ts'

/** A small archive in the shape of Debian's, in a directory, signed with a key of its own. */
export class Archive {
  readonly place = mkdtempSync(join(tmpdir(), 'pibake-archive-'))
  readonly #home = mkdtempSync(join(tmpdir(), 'pibake-gpg-'))

  constructor() {
    run([...this.#gpg(), '--quick-generate-key', 'archive@localhost', 'ed25519', 'sign', 'never'])
  }

  /** The public key, armoured. */
  key(): string {
    return run([...this.#gpg(), '--armor', '--export'])
  }

  /** Publishes the packages as a suite. */
  publish(suite: string, debs: readonly EmptyDeb[], options: { unsigned?: boolean; validUntil?: string } = {}): void {
    const dist = join(this.place, 'dists', suite)
    const index = join(dist, 'main/binary-arm64')
    rmSync(dist, { recursive: true, force: true })
    mkdirSync(index, { recursive: true })
    mkdirSync(join(this.place, 'pool'), { recursive: true })
    for (const { file } of debs) copyFileSync(file, join(this.place, 'pool', basename(file)))
    const all = run(['dpkg-scanpackages', '--multiversion', 'pool'], { cwd: this.place }).split('\n\n')
    const own = all.filter((text) => debs.some(({ sha256 }) => text.includes(`SHA256: ${sha256}`)))
    writeFileSync(join(index, 'Packages'), `${own.join('\n\n')}\n`)
    const packages = readFileSync(join(index, 'Packages'))
    const digest = createHash('sha256').update(packages).digest('hex')
    const name = 'main/binary-arm64/Packages'
    const fields = { Origin: 'test', Suite: suite, Codename: suite, Date: DATE }
    const end = options.validUntil === undefined ? {} : { 'Valid-Until': options.validUntil }
    const more = {
      ...end,
      Architectures: 'arm64',
      Components: 'main',
      SHA256: `\n ${digest} ${packages.length} ${name}`,
    }
    const lines = Object.entries({ ...fields, ...more }).map(([field, value]) => `${field}: ${value}\n`)
    writeFileSync(join(dist, 'Release'), lines.join('').replace(': \n', ':\n'))
    if (options.unsigned) return
    run([...this.#gpg(), '--clear-sign', '--output', join(dist, 'InRelease'), join(dist, 'Release')])
  }

  remove(): void {
    run(['gpgconf', '--homedir', this.#home, '--kill', 'all'])
    rmSync(this.place, { recursive: true })
    rmSync(this.#home, { recursive: true, force: true })
  }

  #gpg(): string[] {
    return ['gpg', '--homedir', this.#home, '--batch', '--quiet', '--passphrase', '']
  }
}

const DATE = 'Sun, 01 Nov 2026 00:00:00 UTC'

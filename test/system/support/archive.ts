import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { EmptyDeb } from './empty-deb.ts'
import { run } from './run.ts'

export interface PublishOptions {
  /** Of which there is a list; arm64 unless given. */
  readonly architectures?: readonly string[]
  readonly unsigned?: boolean
  readonly validUntil?: string
}

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
  publish(suite: string, debs: readonly EmptyDeb[], options: PublishOptions = {}): void {
    const { architectures = ['arm64'], unsigned = false, validUntil } = options
    const dist = join(this.place, 'dists', suite)
    rmSync(dist, { recursive: true, force: true })
    mkdirSync(join(this.place, 'pool'), { recursive: true })
    for (const { file } of debs) copyFileSync(file, join(this.place, 'pool', basename(file)))
    const all = run(['dpkg-scanpackages', '--multiversion', 'pool'], { cwd: this.place }).split('\n\n')
    const own = all.filter((text) => debs.some(({ sha256 }) => text.includes(`SHA256: ${sha256}`)))
    const digests = architectures.map((architecture) => {
      const name = `main/binary-${architecture}/Packages`
      const fitting = own.filter((text) => new RegExp(`^Architecture: (?:all|${architecture})$`, 'm').test(text))
      const packages = Buffer.from(`${fitting.join('\n\n')}\n`)
      mkdirSync(join(dist, dirname(name)), { recursive: true })
      writeFileSync(join(dist, name), packages)
      return `\n ${createHash('sha256').update(packages).digest('hex')} ${packages.length} ${name}`
    })
    const fields = {
      Origin: 'test',
      Suite: suite,
      Codename: suite,
      Date: DATE,
      ...(validUntil === undefined ? {} : { 'Valid-Until': validUntil }),
      Architectures: architectures.join(' '),
      Components: 'main',
      SHA256: digests.join(''),
    }
    const lines = Object.entries(fields).map(([field, value]) => `${field}: ${value}\n`)
    writeFileSync(join(dist, 'Release'), lines.join('').replace(': \n', ':\n'))
    if (unsigned) return
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

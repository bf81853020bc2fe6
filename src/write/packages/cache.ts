import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/** .debs by their SHA-256, below the user's cache directory (XDG Base Directory Specification). */
export class DebCache {
  readonly folder: string
  readonly #onChanged: (file: string) => void

  /** @param onChanged is told of a file that is not what its name says */
  constructor(env: NodeJS.ProcessEnv, onChanged: (file: string) => void) {
    const { XDG_CACHE_HOME: given } = env
    const base = given !== undefined && isAbsolute(given) ? given : join(homedir(), '.cache')
    this.folder = join(base, 'pibake/debs/sha256')
    this.#onChanged = onChanged
  }

  /** The .deb with this digest; `undefined`: it is not there. One whose bytes have changed is thrown away, and told. */
  read(sha256: string): Uint8Array | undefined {
    const file = this.#file(sha256)
    let content: Uint8Array
    try {
      content = readFileSync(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    if (sha256Of(content) === sha256) return content
    rmSync(file)
    this.#onChanged(file)
    return undefined
  }

  /** Keeps a .deb for the next time; whole or not at all, whatever happens in between. */
  keep(sha256: string, content: Uint8Array): void {
    const file = this.#file(sha256)
    // The mode that the specification names; packages of the owner's own may be among them.
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const partial = `${file}.${randomUUID()}`
    try {
      writeFileSync(partial, content, { flag: 'wx', mode: 0o600 })
      renameSync(partial, file)
    } finally {
      rmSync(partial, { force: true })
    }
  }

  #file(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2), `${sha256}.deb`)
  }
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

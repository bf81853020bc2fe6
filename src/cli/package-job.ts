import { visible } from '../base/encode/visible.ts'
import type { Bundle } from '../core/carried/bundle.ts'
import { packagesText, sizeText } from '../core/carried/bundle.ts'
import { entryFor, type LockedImage, withEntry } from '../core/carried/lock.ts'
import type { Request } from '../core/carried/request.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import type { Source } from '../device/apt/sources.ts'
import type { Tree } from '../storage/tree/tree.ts'
import { DebCache } from '../write/packages/cache.ts'
import { PackageError, WITHOUT } from '../write/packages/errors.ts'
import { fetchDebs } from '../write/packages/fetch.ts'
import { spaceProblem } from '../write/packages/free-space.ts'
import { makeBundle } from '../write/packages/make-bundle.ts'
import { type Mirror, mirrored, parseMirrors } from '../write/packages/mirrors.ts'
import { hostOf } from '../write/packages/private-root.ts'
import { proveBundle } from '../write/packages/prove-bundle.ts'
import { resolvePackages } from '../write/packages/resolve.ts'
import { type Io, say } from './io.ts'
import { lockFileOf, readLock, writeLock } from './lock-file.ts'
import type { PackageOptions } from './package-options.ts'

/**
 * How much a command may do to have the packages: `known`: nothing but look at what is there; `try`: ask the network,
 * and go on without; `must`: ask the network, write the lock, and end if that fails; `update`: the same, and the lock
 * that is there does not count.
 */
export type ChoiceMode = 'known' | 'try' | 'must' | 'update'

export interface ChoiceOptions extends PackageOptions {
  readonly mode: ChoiceMode
  readonly specFile: string
  /** Bytes that are free on the root partition; without it, that they suffice is seen when they are written. */
  readonly free?: (() => number | undefined) | undefined
}

/** A lock, whose digests say all of its packages: the devices of a fleet carry the same, one after the other. */
let last: { readonly text: string; readonly bundle: Bundle } | undefined

/** One look for packages, with all that its steps share. */
export class PackageJob {
  readonly lockFile: string
  readonly #io: Io
  readonly #spec: Spec
  readonly #root: Tree
  readonly #request: Request
  readonly #sources: readonly Source[]
  readonly #options: ChoiceOptions
  readonly #mirrors: readonly Mirror[]
  readonly #debs: ReadonlyMap<string, Uint8Array>

  constructor(io: Io, spec: Spec, root: Tree, request: Request, sources: readonly Source[], options: ChoiceOptions) {
    this.lockFile = lockFileOf(options.specFile)
    this.#io = io
    this.#spec = spec
    this.#root = root
    this.#request = request
    this.#sources = sources
    this.#options = options
    const inherited = (io.env.PIBAKE_APT_MIRROR ?? '').split(/\s+/).filter((word) => word !== '')
    this.#mirrors = parseMirrors([...(options.aptMirror ?? []), ...inherited])
    this.#debs = new Map(spec.packages.debs.map(({ sha256, content }) => [sha256, content]))
  }

  locked(): LockedImage | undefined {
    return entryFor(readLock(this.#options.specFile).lock, this.#request)
  }

  /** With `known`, from the cache alone. */
  async fromLock(lock: LockedImage): Promise<Bundle> {
    const text = JSON.stringify(lock)
    if (last?.text !== text) last = { text, bundle: makeBundle(lock, await this.#fetch(lock)) }
    return last.bundle
  }

  async resolved(): Promise<Bundle> {
    this.#assertHostsApart()
    say(this.#io, 'asking the package sources of the image …')
    const options = { sources: this.#sources, mirrors: this.#mirrors, env: this.#io.env, debs: this.#debs }
    const lock = await resolvePackages(this.#root, this.#request, options)
    const bundle = makeBundle(lock, await this.#fetch(lock))
    await proveBundle(this.#root, bundle, this.#io.env)
    if (this.#options.mode !== 'try') {
      const before = readLock(this.#options.specFile)
      writeLock(this.#options.specFile, { ...before, lock: withEntry(before.lock, lock) })
      say(this.#io, `wrote ${this.lockFile}`)
    }
    return bundle
  }

  /** @throws SpaceError when the root partition has no room for it */
  fitting(bundle: Bundle): Bundle {
    const free = this.#options.free?.()
    const warning = free === undefined ? undefined : spaceProblem(this.#root, bundle.lock, free)
    if (warning !== undefined) say(this.#io, `warning: ${warning}`)
    return bundle
  }

  /** apt pins by the host that it fetches from, which a mirror changes. */
  #assertHostsApart(): void {
    const { sources, snapshot } = this.#spec.packages
    const hosts = (uris: readonly string[]) => uris.map((uri) => hostOf(mirrored(uri, this.#mirrors, snapshot)))
    const own = sources.flatMap(({ uris }) => uris.map((uri) => uri.replace(/\/+$/, '')))
    const others = hosts(this.#sources.flatMap(({ uris }) => uris).filter((uri) => !own.includes(uri)))
    if (!hosts(own).some((host) => others.includes(host))) return
    throw new PackageError('mirrors lead a source of packages.sources and one of the image to the same host', {
      hint: 'apt could not tell them apart: name another host for one of them, --apt-mirror FROM=TO',
    })
  }

  #fetch(lock: LockedImage) {
    const { mode } = this.#options
    return fetchDebs(lock.packages, {
      cache: new DebCache(this.#io.env, (file) => {
        say(this.#io, visible(`warning: ${file} is not what its name says, and is thrown away`))
      }),
      mirrors: this.#mirrors,
      snapshot: this.#spec.packages.snapshot,
      env: this.#io.env,
      debs: this.#debs,
      onFetch: (count, bytes) => {
        if (mode === 'known') {
          throw new PackageError(`${packagesText(count)} of pibake.lock not in the cache`, { hint: WITHOUT })
        }
        say(this.#io, `fetching ${packagesText(count)}, ${sizeText(bytes)} …`)
      },
    })
  }
}

import { digestOf } from '../../base/digest.ts'
import { bytewise } from '../../base/order.ts'
import type { Source } from '../../device/apt/sources.ts'
import { architecturesOf } from '../../device/inspect/architecture.ts'
import { readPackages } from '../../device/inspect/packages.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** What is to be carried, and for which image: what a lock holds against. */
export interface Request {
  readonly image: ImageState
  /** Names of packages that the image lacks, sorted. */
  readonly install: readonly string[]
  readonly upgrade: 'none' | 'security' | 'full'
  /** Packages of the owner's own, sorted by name. */
  readonly debs: readonly { readonly file: string; readonly sha256: string }[]
  /** Archives of this day only, `2026-11-01T00:00:00Z`; null: as they are now. */
  readonly snapshot: string | null
}

/** What of an image decides which packages it needs. */
export interface ImageState {
  readonly release: string
  readonly architecture: string
  /** `sha256:…` over the names, architectures and versions of its packages. */
  readonly packages: string
  /** `sha256:…` over the sources of its apt. */
  readonly sources: string
}

export function imageState(root: Tree, release: string, sources: readonly Source[]): ImageState {
  const packages = [...readPackages(root)].map(([name, { version, architecture }]) => {
    return `${name}:${architecture} ${version}`
  })
  return {
    release,
    architecture: architecturesOf(root).native,
    packages: digest(packages.sort(bytewise).join('\n')),
    sources: digest(JSON.stringify(sources)),
  }
}

/** In what two requests differ, one line each; empty: the same packages are carried for both. */
export function requestDifferences(locked: Request, wanted: Request): string[] {
  const names = (request: Request) => [
    ...request.install.map((name) => `packages: ${name}`),
    ...request.debs.map(({ file, sha256 }) => `packages.debs: ${file} (${sha256.slice(0, 12)}…)`),
    `updates.firstBoot: ${request.upgrade}`,
    `packages.snapshot: ${request.snapshot ?? 'none'}`,
  ]
  const [old, now] = [names(locked), names(wanted)]
  const image = (['release', 'architecture', 'packages', 'sources'] as const).filter(
    (key) => locked.image[key] !== wanted.image[key],
  )
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `only in the lock: ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `not in the lock: ${line}`),
    ...image.map((key) => `the image has another ${WORDS[key]} than the one that was locked`),
  ]
}

const WORDS = {
  release: 'release',
  architecture: 'architecture',
  packages: 'set of packages',
  sources: 'list of sources',
} as const

function digest(text: string): string {
  return digestOf(new TextEncoder().encode(text))
}

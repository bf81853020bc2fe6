import type { Secret } from '../../base/secret.ts'
import type { resolve } from './resolve.ts'

type Unchanging<T> = T extends Secret | Uint8Array | ReadonlyMap<unknown, unknown> | (() => unknown)
  ? T
  : { readonly [K in keyof T]: Unchanging<T[K]> }

/**
 * The spec as the rest of pibake sees it: every default filled in from the profile, every referenced file read, every
 * value already checked for its own syntax. Its keys and their kinds are those of `sections/`, and what `resolve` puts
 * in the place of the names of files. An absent (`undefined`) field means "leave what the image has".
 */
export type Spec = Unchanging<ReturnType<typeof resolve>>

export type User = Spec['users'][number]
export type Wifi = NonNullable<Spec['network']['wifi']>
export type WifiNetwork = Wifi['networks'][number]
export type Wired = Spec['network']['wired'][number]
export type ExtraFile = Spec['files'][number]

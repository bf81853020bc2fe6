import type { Release } from '../../../src/device/inspect/inventory.ts'
import type { LooseSpec } from '../../support/spec.ts'

/** The rows of docs/access.md: what decides a login. */
export const KINDS = [
  'sshd lines',
  'sshd match',
  'ssh unit',
  'start',
  'kernel arguments',
  'firewall',
  'users and keys',
  'pam',
  'home',
  'sudo',
  'other ways in',
  'harmless',
] as const
export type Kind = (typeof KINDS)[number]

/** By whom a state comes about: who made the image, `files` of the spec, a `.d` directory, a package. */
export const HOWS = ['image', 'files', 'drop-in', 'package'] as const
export type How = (typeof HOWS)[number]

/** A state of the device that is planted before pibake works on its image. */
export interface Planted {
  readonly id: string
  readonly kind: Kind
  readonly how: How
  /** Left out: both. */
  readonly release?: Release
  /** Done to the image, in order. */
  readonly steps: readonly Step[]
  /** Laid over the spec of {@link smallSite}. */
  readonly spec?: (spec: LooseSpec) => void
  /** The same finished tree as another state of the table, by another way. */
  readonly twin?: true
  /** In no combination: came later, and those of a seed stay what they were. */
  readonly alone?: true
  /** The first start is part of what decides: it runs for real, which takes long. */
  readonly firstStart?: boolean
}

/** One thing done to an image. In texts, `{alice}`, `{bob}` and `{mallory}` are public keys, `{hash}` is a password's hash. */
export type Step =
  | {
      readonly do: 'write'
      readonly path: string
      readonly text: string
      readonly mode?: number
      readonly owner?: number
    }
  | { readonly do: 'append'; readonly path: string; readonly text: string }
  | { readonly do: 'edit'; readonly path: string; readonly find: RegExp; readonly put: string }
  | { readonly do: 'link'; readonly path: string; readonly target: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'mode'; readonly path: string; readonly mode: number; readonly owner?: number }
  | { readonly do: 'copy'; readonly path: string; readonly from: string; readonly mode: number }
  | { readonly do: 'capability'; readonly path: string; readonly capabilities: string }
  /** On the boot partition: a token added to cmdline.txt. */
  | { readonly do: 'cmdline'; readonly token: string }
  | { readonly do: 'package'; readonly name: string; readonly files: readonly (Step & { do: 'write' | 'link' })[] }

export const write = (path: string, text: string, mode = 0o644, owner = 0): Step & { do: 'write' } => ({
  do: 'write',
  path,
  text: text.endsWith('\n') ? text : `${text}\n`,
  mode,
  owner,
})
export const append = (path: string, text: string): Step => ({ do: 'append', path, text: `${text}\n` })
export const edit = (path: string, find: RegExp, put: string): Step => ({ do: 'edit', path, find, put })
export const link = (path: string, target: string): Step & { do: 'link' } => ({ do: 'link', path, target })
export const remove = (path: string): Step => ({ do: 'remove', path })
export const mode = (path: string, bits: number, owner?: number): Step => ({
  do: 'mode',
  path,
  mode: bits,
  ...(owner === undefined ? {} : { owner }),
})
export const copy = (from: string, path: string, bits: number): Step => ({ do: 'copy', path, from, mode: bits })
export const capability = (path: string, capabilities: string): Step => ({ do: 'capability', path, capabilities })
export const cmdline = (token: string): Step => ({ do: 'cmdline', token })
export const MASKED = '/dev/null'

/** An account of the image's own; `password`: its field in shadow, or in passwd where `inPasswd` says so. */
export function account(
  name: string,
  more: Partial<Record<'password' | 'shell' | 'home', string>> & {
    uid?: number
    gid?: number
    inPasswd?: boolean
  } = {},
): readonly Step[] {
  const { uid = 1500, password = '{hash}', shell = '/bin/bash', inPasswd = false, home = `/home/${name}` } = more
  const { gid = uid } = more
  return [
    append('/etc/passwd', `${name}:${inPasswd ? password : 'x'}:${uid}:${gid}::${home}:${shell}`),
    ...(gid === uid && uid !== 0 ? [append('/etc/group', `${name}:x:${gid}:`)] : []),
    ...(inPasswd ? [] : [append('/etc/shadow', `${name}:${password}:20000:0:99999:7:::`)]),
  ]
}

/** A file of the image's own, the same by a package, and the same by `files` of the spec, as three states. */
export function threeWays(
  kind: Kind,
  id: string,
  file: Step & { do: 'write' },
  more: Partial<Planted> = {},
): readonly Planted[] {
  const { path, text } = file
  const bits = (file.mode ?? 0o644).toString(8).padStart(4, '0')
  const own = { kind, ...more }
  return [
    { ...own, id, how: /\.d\//.test(path) ? 'drop-in' : 'image', steps: [file, ...(more.steps ?? [])] },
    { ...own, id: `${id}, by a package`, twin: true, how: 'package', steps: [packaged([file]), ...(more.steps ?? [])] },
    {
      ...own,
      id: `${id}, by files`,
      how: 'files',
      twin: true,
      steps: more.steps ?? [],
      spec: (spec) => {
        more.spec?.(spec)
        spec.files = [...(spec.files ?? []), { path, content: text, mode: bits, owner: 'root', group: 'root' }]
      },
    },
  ]
}

/** Two of {@link threeWays}: not every place is one for `files`. */
export const twoWays = (...args: Parameters<typeof threeWays>): readonly Planted[] => threeWays(...args).slice(0, 2)

/** A package that brings these files. */
export const packaged = (files: readonly (Step & { do: 'write' | 'link' })[], name = 'site-settings'): Step => ({
  do: 'package',
  name,
  files,
})

/** A state that several steps in the image make. */
export const image = (kind: Kind, id: string, steps: readonly Step[], more: Partial<Planted> = {}): Planted => ({
  kind,
  id,
  how: 'image',
  steps,
  ...more,
})

/** A state that the spec makes, with or without steps in the image. */
export const bySpec = (
  kind: Kind,
  id: string,
  spec: (spec: LooseSpec) => void,
  more: Partial<Planted> = {},
): Planted => ({
  kind,
  id,
  how: 'files',
  steps: [],
  spec,
  ...more,
})

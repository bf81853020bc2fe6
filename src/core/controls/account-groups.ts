import type { Origin } from '../../base/report/origin.ts'
import type { Problem } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import type { AccountLedger } from '../../device/formats/account-ledger.ts'
import { packagesThatMake } from '../../device/formats/package-groups.ts'
import { ROOT_GROUPS } from '../../device/formats/privileged-groups.ts'
import type { Note } from '../plan/request.ts'
import type { Spec, User } from '../spec-file/spec.ts'
import type { Context } from './control.ts'

/**
 * The supplementary groups of the stock first user, in pi-gen's order (stage2/01-sys-tweaks). By name: most of their
 * numbers differ from image to image.
 */
export const STOCK_GROUPS: readonly string[] = [
  'adm',
  'dialout',
  'cdrom',
  'audio',
  'users',
  'sudo',
  'video',
  'games',
  'plugdev',
  'input',
  'gpio',
  'spi',
  'i2c',
  'netdev',
  'render',
]

/** Only Desktop images have it (print support). */
const DESKTOP_GROUP = 'lpadmin'

export interface Groups {
  /** Those that are there. */
  readonly joins: readonly string[]
  /** Whether an account that is in the image already stays in a group. */
  stays(group: string): boolean
  readonly origin: Origin
  readonly notes: readonly Note[]
  readonly problems: readonly Problem[]
}

/** The supplementary groups of one owner: `sudo` is among them only when the spec lets the owner use it. */
export function groupsOf({ spec, because }: Context, ledger: AccountLedger, user: User, index: number): Groups {
  const path = ['users', index, 'groups'] as const
  const exists = (name: string) => ledger.get('group', name) !== undefined
  if (user.groups === 'default') {
    const origin = because(path, "the stock user's groups: without them no GPIO, camera or serial port")
    const wanted = [...STOCK_GROUPS, ...(exists(DESKTOP_GROUP) ? [DESKTOP_GROUP] : [])]
    const allowed = wanted.filter((name) => name !== 'sudo' || user.sudo !== 'none')
    const missing = allowed.filter((name) => !exists(name))
    const message = `${user.name} is not put into ${missing.join(', ')}: the image has no such group`
    return {
      joins: allowed.filter(exists),
      stays: (name) => name !== 'sudo' || user.sudo !== 'none',
      origin,
      notes: missing.length === 0 ? [] : [{ severity: 'info', message, origin }],
      problems: [],
    }
  }
  const names = user.groups
  const known = [...(ledger.files.get('group')?.entries() ?? [])].map(([name]) => name as string)
  const problems = names.flatMap((name, i): Problem[] => {
    if (name === 'sudo' && user.sudo === 'none') {
      const message = `${user.name} is put into the group sudo, which may become root, and has sudo: none`
      return [{ severity: 'error', code: 'USR025', path: [...path, i], message, hint: 'leave out one of the two' }]
    }
    if (exists(name) || makerOf(spec, name) !== undefined) return []
    const near = suggest(name, known)
    const message = `the image has no group '${name}', and nothing in the spec makes it`
    return [
      {
        severity: 'error',
        code: 'USR024',
        path: [...path, i],
        message,
        hint: near === undefined ? missingGroupHint(name) : `did you mean '${near}'?`,
      },
    ]
  })
  return {
    joins: names.filter(exists),
    stays: (name) => names.includes(name),
    origin: because(path, 'exactly the groups of this list'),
    notes: names.flatMap((name, i): Note[] => {
      const origin = because([...path, i], 'the groups of this user')
      const notes: Note[] = []
      const maker = exists(name) ? undefined : makerOf(spec, name)
      if (maker !== undefined) {
        const message = `${user.name} joins the group ${name} at the first start, when ${maker} has made it`
        notes.push({ severity: 'info', message, origin })
      }
      const root = ROOT_GROUPS.find((group) => group.name === name)
      if (root !== undefined) {
        const message = `${user.name} can become root by the group ${name}, which ${root.does}`
        notes.push({ severity: 'warning', message, origin })
      }
      return notes
    }),
    problems,
  }
}

/** The package of the spec that makes a group at the first start. */
export function makerOf({ packages }: Spec, group: string): string | undefined {
  return packagesThatMake(group).find((name) => packages.install.includes(name))
}

function missingGroupHint(name: string): string {
  const [maker] = packagesThatMake(name)
  return maker === undefined
    ? `name it in groups, which makes it: groups: [{ name: ${name}, system: true }]`
    : `the package ${maker} makes it: packages.install: [${maker}]`
}

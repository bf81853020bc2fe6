import * as v from 'valibot'
import { keyOf, type SpecPath } from '../../base/report/report.ts'
import { JAIL_KEYWORDS } from '../../device/fail2ban/jail-keywords.ts'
import { keywordsOf } from '../../device/sshd/keywords.ts'
import { plain } from './foreign-words.ts'
import { specSchema } from './schema.ts'

/** A key of the schema: `users[].passwordHash`, its last word, and what it takes. */
interface Place {
  readonly path: string
  readonly name: string
  readonly schema: v.GenericSchema
}

/** The parts of a valibot schema behind which others lie. */
type Holder = v.GenericSchema & {
  readonly entries?: v.ObjectEntries
  readonly wrapped?: v.GenericSchema
  readonly item?: v.GenericSchema
  readonly options?: readonly v.GenericSchema[]
}

const places = placesBelow(specSchema, '')

/**
 * Where the spec has a key that was written at the wrong level: the places that take its value, else all of that name.
 * Words of sshd, of fail2ban's jails and of the kernel are looked up in the tables that hold them.
 */
export function placesOf(key: string, value: unknown): readonly string[] {
  const named = places.filter(({ name }) => plain(name) === plain(key))
  const takes = ({ schema }: Place) => v.safeParse(schema, value).success
  const isOfKind = ({ schema }: Place) =>
    v.safeParse(schema, value).issues?.every(({ path }) => path !== undefined) ?? true
  const fitting = [takes, isOfKind].map((fits) => named.filter(fits)).find(({ length }) => length > 0) ?? named
  return fitting.length > 0 ? fitting.map(({ path }) => path) : inTables(key)
}

function inTables(key: string): readonly string[] {
  const keyword = keywordsOf('trixie').find((word) => word.toLowerCase() === key.toLowerCase())
  if (keyword !== undefined) return [`ssh.settings.${keyword}`]
  if (JAIL_KEYWORDS.includes(key)) return [`fail2ban.jails.sshd.${key}`]
  // The folders of /proc/sys that every kernel has.
  return /^(?:fs|kernel|net|vm)\.[\w.*-]{1,60}$/.test(key) ? [`hardening.sysctl.${key}`] : []
}

/** Keys that a section is mostly written for: who gives the section itself a value means one of them. */
const USUAL = ['enabled', 'install', 'rules', 'networks', 'scripts', 'enable']

/** The key of the section at `path` that takes a value which stands in the section's own place; undefined: none does. */
export function memberFor(path: SpecPath, value: unknown): string | undefined {
  const section = keyOf(path.map((step) => (typeof step === 'number' ? '[]' : step))).replaceAll('.[]', '[]')
  const takes = ({ schema }: Place) => v.safeParse(schema, value).success
  return USUAL.map((name) => `${section}.${name}`).find((key) => places.some((one) => one.path === key && takes(one)))
}

function placesBelow(schema: Holder, path: string): Place[] {
  const { entries = {}, wrapped, item, options = [] } = schema
  const own = Object.entries(entries).flatMap(([name, below]) => {
    const place = path === '' ? name : `${path}.${name}`
    return [{ path: place, name, schema: below as v.GenericSchema }, ...placesBelow(below as v.GenericSchema, place)]
  })
  const inner = wrapped === undefined ? [] : placesBelow(wrapped, path)
  const members = item === undefined ? [] : placesBelow(item, `${path}[]`)
  return [...own, ...inner, ...members, ...options.flatMap((option) => placesBelow(option, path))]
}

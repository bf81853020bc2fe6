import * as v from 'valibot'
import { type Profile, profiles } from '../../base/report/origin.ts'
import { layOver } from './lay-over.ts'
import { specSchema } from './schema.ts'

/** A key's schema, and that of the section behind it. */
type Entry = v.GenericSchema & { readonly wrapped?: v.GenericSchema & { readonly entries?: v.ObjectEntries } }

const strict = keysOf('strict', specSchema.entries)

/** What each profile writes. The standard one writes nothing: its values are the schema's defaults. */
const written: Readonly<Record<Profile, object>> = {
  standard: {},
  strict,
  cis: layOver(strict, keysOf('cis', specSchema.entries)) as object,
}

/** A spec over what its profile writes. */
export function withProfile(own: Readonly<Record<string, unknown>>): object {
  const profile = profiles.find((name) => name === own.profile) ?? 'standard'
  const sections = Object.entries(written[profile]).map(([name, section]) => [name, layOver(section, own[name] ?? {})])
  return { ...own, ...Object.fromEntries(sections) }
}

/** The keys for which the schema has a value of a profile's own, section by section. */
function keysOf(profile: 'strict' | 'cis', entries: v.ObjectEntries): Record<string, unknown> {
  const found = Object.entries(entries).flatMap(([key, entry]: [string, Entry]) => {
    const own = v.getMetadata(entry)[profile]
    if (own !== undefined) return [[key, own]]
    const below = keysOf(profile, entry.wrapped?.entries ?? {})
    return Object.keys(below).length === 0 ? [] : [[key, below]]
  })
  return Object.fromEntries(found)
}

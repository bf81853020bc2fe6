import * as v from 'valibot'
import { layOver } from './lay-over.ts'
import { specSchema } from './schema.ts'

/** A key's schema, and that of the section behind it. */
type Entry = v.GenericSchema & { readonly wrapped?: v.GenericSchema & { readonly entries?: v.ObjectEntries } }

const strict = strictKeys(specSchema.entries)

/** A written spec over what its profile writes. The standard profile writes nothing: its values are the schema's defaults. */
export function withProfile(written: Readonly<Record<string, unknown>>): object {
  if (written.profile !== 'strict') return written
  const sections = Object.entries(strict).map(([name, section]) => [name, layOver(section, written[name] ?? {})])
  return { ...written, ...Object.fromEntries(sections) }
}

/** The keys for which the schema has a value of the strict profile, section by section. */
function strictKeys(entries: v.ObjectEntries): Record<string, unknown> {
  const found = Object.entries(entries).flatMap(([key, entry]: [string, Entry]) => {
    const own = v.getMetadata(entry).strict
    if (own !== undefined) return [[key, own]]
    const below = strictKeys(entry.wrapped?.entries ?? {})
    return Object.keys(below).length === 0 ? [] : [[key, below]]
  })
  return Object.fromEntries(found)
}

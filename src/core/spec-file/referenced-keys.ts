import type { SpecPath } from '../../base/report/report.ts'
import type { PublicKey } from '../../device/formats/public-key.ts'
import { readKey } from './fields.ts'
import type { LockedKey } from './key-sources.ts'
import type { References } from './referenced-files.ts'

/** The sound keys of a .pub or authorized_keys file; the others are reported. */
export function keysOf(file: string, path: SpecPath, references: References): PublicKey[] {
  const text = references.text(file, path)
  if (text === undefined) return []
  const read = (line: string, where: string): PublicKey[] => {
    const key = readKey(line)
    if (!('predicate' in key)) return [key]
    references.error(key.code, path, `${where} ${key.predicate}`, key.hint)
    return []
  }
  // One complaint for formats of several lines: each line of theirs would be wrong.
  if (/BEGIN|PuTTY-User-Key-File/.test(text)) return read(text, file)
  const lines = text.split(/\r\n|\n|\r/).map((line, i) => ({ line, number: i + 1 }))
  const keys = lines.filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
  if (keys.length === 0) references.error('KEY009', path, `${file} holds no key`)
  return keys.flatMap(({ line, number }) => read(line, `line ${number} of ${file}`))
}

/** The keys that a lock has of a source. */
export function keysOfLines(
  lines: readonly LockedKey[],
  source: string,
  path: SpecPath,
  references: References,
): PublicKey[] {
  return lines.flatMap(({ line, fingerprint }) => {
    const key = readKey(line)
    if ('predicate' in key) {
      references.error(key.code, path, `a key of ${source} in pibake.lock ${key.predicate}`, key.hint)
      return []
    }
    if (key.fingerprint === fingerprint) return [{ ...key, source }]
    const message = `pibake.lock has the fingerprint ${fingerprint} for a key of ${source} that has ${key.fingerprint}`
    references.error('KEY011', path, message, 'somebody has changed it; pibake lock --update makes it anew')
    return []
  })
}

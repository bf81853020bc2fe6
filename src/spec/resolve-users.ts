import { judgeCryptHash } from '../formats/crypt-hash.ts'
import { parsePublicKey } from '../formats/public-key.ts'
import { keyFault } from './fields.ts'
import type { References } from './referenced.ts'
import type { SpecPath } from './report.ts'
import type { RawSpec } from './schema.ts'
import { Secret } from './secret.ts'
import type { AuthorizedKey, User } from './spec.ts'

type RawUser = NonNullable<RawSpec['users']>[number]
type RawKey = NonNullable<RawUser['authorizedKeys']>[number]

/** The users of a spec with their keys parsed and the files they name read. */
export function resolveUsers(users: readonly RawUser[], references: References): User[] {
  return users.map((user, i) => ({
    name: user.name,
    passwordHash: passwordHash(user, ['users', i], references),
    authorizedKeys: (user.authorizedKeys ?? []).flatMap((key, k) =>
      authorizedKeys(key, ['users', i, 'authorizedKeys', k], references),
    ),
    groups: user.groups ?? 'default',
    sudo: user.sudo ?? 'password',
    mustChangePassword: user.mustChangePassword ?? false,
    expires: user.expires,
    shell: user.shell ?? '/bin/bash',
  }))
}

function passwordHash(user: RawUser, path: SpecPath, references: References): Secret | undefined {
  if (user.passwordHash !== undefined) {
    if (user.passwordHashFile !== undefined)
      references.error('SPC009', [...path, 'passwordHashFile'], 'passwordHash and passwordHashFile exclude each other')
    return new Secret(user.passwordHash)
  }
  if (user.passwordHashFile === undefined) return undefined
  const place = [...path, 'passwordHashFile']
  const hash = references.secret(user.passwordHashFile, place)
  if (hash === undefined) return undefined
  const complaint = judgeCryptHash(hash)
  if (complaint === undefined) return new Secret(hash)
  references.error(
    complaint.weak ? 'USR004' : 'USR003',
    place,
    `the content of ${user.passwordHashFile} ${complaint.message}`,
    'make one with: pibake hash-password',
  )
  return undefined
}

function authorizedKeys(raw: RawKey, path: SpecPath, references: References): AuthorizedKey[] {
  if (typeof raw === 'string') return withOptions([raw], {})
  if ((raw.key === undefined) === (raw.file === undefined)) {
    references.error('SPC009', path, 'an entry of authorizedKeys has either key or file', 'write one of them')
    return []
  }
  if (raw.key !== undefined) return withOptions([raw.key], raw)
  const file = raw.file as string
  const text = references.text(file, [...path, 'file'])
  if (text === undefined) return []
  return withOptions(keyLines(text, file, [...path, 'file'], references), raw)
}

/** The sound keys of a .pub or authorized_keys file; the others are reported. */
function keyLines(text: string, file: string, path: SpecPath, references: References): string[] {
  // One complaint for formats of several lines: each line of theirs would be wrong.
  if (/BEGIN|PuTTY-User-Key-File/.test(text)) {
    const fault = keyFault(text)
    if (fault !== undefined) references.error(fault.code, path, `${file} ${fault.predicate}`, fault.hint)
    return []
  }
  const lines = text.split(/\r\n|\n|\r/).map((line, i) => ({ line, number: i + 1 }))
  const keys = lines.filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
  if (keys.length === 0) references.error('KEY009', path, `${file} holds no key`)
  return keys.flatMap(({ line, number }) => {
    const fault = keyFault(line)
    if (fault === undefined) return [line]
    references.error(fault.code, path, `line ${number} of ${file} ${fault.predicate}`, fault.hint)
    return []
  })
}

function withOptions(lines: readonly string[], options: Exclude<RawKey, string>): AuthorizedKey[] {
  return lines.flatMap((line) => {
    const key = parsePublicKey(line)
    if ('reason' in key) return []
    const { from = [], expires, restrict = false, command } = options
    return [{ ...key, from, expires, restrict, command }]
  })
}

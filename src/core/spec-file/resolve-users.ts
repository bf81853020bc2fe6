import type { SpecPath } from '../../base/report/report.ts'
import { Secret } from '../../base/secret.ts'
import type { AuthorizedKey } from '../../device/formats/authorized-keys.ts'
import { judgeCryptHash } from '../../device/formats/crypt-hash.ts'
import type { PublicKey } from '../../device/formats/public-key.ts'
import { keySourceOf } from './key-sources.ts'
import type { References } from './referenced-files.ts'
import { keysOf, keysOfLines } from './referenced-keys.ts'
import type { FilledSpec } from './schema.ts'

type FilledUser = FilledSpec['users'][number]
type FilledKey = FilledUser['authorizedKeys'][number]
type KeyEntry = Exclude<FilledKey, PublicKey>

/** The users of a spec with the files read that they name: hashes, keys. */
export function resolveUsers(users: readonly FilledUser[], references: References) {
  return users.map(({ passwordHashFile, ...user }, i) => ({
    ...user,
    ...(user.sftpOnly === undefined ? {} : withoutShell(user)),
    passwordHash: passwordHash(user.passwordHash, passwordHashFile, ['users', i], references),
    authorizedKeys: user.authorizedKeys.flatMap((key, k) =>
      authorizedKeys(key, ['users', i, 'authorizedKeys', k], references),
    ),
  }))
}

/** What an account for files alone has in place of the defaults. */
function withoutShell({ groups }: FilledUser): Pick<FilledUser, 'shell' | 'groups'> {
  return { shell: '/usr/sbin/nologin', groups: groups === 'default' ? [] : groups }
}

function passwordHash(
  written: FilledUser['passwordHash'],
  file: string | undefined,
  user: SpecPath,
  references: References,
): Secret | undefined {
  if (typeof written === 'string') {
    references.inline([...user, 'passwordHash'])
    if (file !== undefined)
      references.error('SPC009', [...user, 'passwordHashFile'], 'passwordHash and passwordHashFile exclude each other')
    return new Secret(written)
  }
  const hash = references.secretOf('passwordHash', { source: written, file }, user)
  if (hash === undefined) return undefined
  const complaint = judgeCryptHash(hash.text)
  if (complaint === undefined) return new Secret(hash.text)
  const code = complaint.weak ? 'USR004' : 'USR003'
  references.error(code, hash.path, `${hash.called} ${complaint.message}`, 'make one with: pibake hash-password')
  return undefined
}

function authorizedKeys(entry: FilledKey, path: SpecPath, references: References): AuthorizedKey[] {
  if ('blob' in entry) return [withOptions(entry, {})]
  const { key, file, github, launchpad, url, sha256 } = entry
  if ([key, file, github, launchpad, url].filter((one) => one !== undefined).length !== 1) {
    const message = 'an entry of authorizedKeys has one of key, file, github, launchpad and url'
    references.error('SPC009', path, message, 'write one of them')
    return []
  }
  if ((url === undefined) !== (sha256 === undefined)) {
    references.error('SPC009', path, 'url and sha256 of an entry of authorizedKeys belong together')
    return []
  }
  const keys = keysOfEntry(entry, path, references)
  const strange = keys.find(({ type }) => !type.startsWith('sk-'))
  if ((entry.noTouchRequired || entry.verifyRequired) && strange !== undefined) {
    const option = entry.noTouchRequired ? 'noTouchRequired' : 'verifyRequired'
    const message = `${option} is for security keys, and ${strange.fingerprint} is of the type ${strange.type}`
    references.error(
      'KEY013',
      [...path, option],
      message,
      'leave it out; security keys have a type that begins with sk-',
    )
  }
  return keys.map((one) => withOptions(one, entry))
}

function keysOfEntry(entry: KeyEntry, path: SpecPath, references: References): readonly PublicKey[] {
  const source = keySourceOf(entry)
  if (entry.key !== undefined) return [entry.key]
  if (source === undefined) return keysOf(entry.file as string, [...path, 'file'], references)
  return keysOfLines(references.lockedKeys(source, path)?.keys ?? [], source.name, path, references)
}

function withOptions(
  key: PublicKey,
  { from = [], expires, restrict = false, command, permitOpen, noTouchRequired, verifyRequired }: Partial<KeyEntry>,
): AuthorizedKey {
  return { ...key, from, expires, restrict, command, permitOpen, noTouchRequired, verifyRequired }
}

import type { Tree } from '../../storage/tree/tree.ts'
import { parsePublicKey } from '../formats/public-key.ts'
import { lineOf } from './allow-deny.ts'
import type { SshdEffective } from './effective.ts'
import { absolute, entryAt, textAt } from './files.ts'

/**
 * Why sshd takes a key for revoked (auth.c, auth_key_is_revoked); undefined: it does not. With a file that it cannot
 * read to the end sshd refuses every key: one that is missing, or that has a line that is not a key.
 *
 * @param blob the key, base64
 */
export function revokedBy(root: Tree, effective: SshdEffective, blob: string): string | undefined {
  const value = effective.value('RevokedKeys')
  // Below a Match sshd takes `none` for the name of a file (servconf.c, copy_set_server_options).
  if (value === undefined || (value.toLowerCase() === 'none' && !effective.isBelowMatch('RevokedKeys')))
    return undefined
  const name = `RevokedKeys${lineOf(effective, 'RevokedKeys')}`
  const text = entryAt(root, absolute(value))?.kind === 'file' ? textAt(root, absolute(value)) : undefined
  if (text === undefined) return `${name} names ${value}, which is not a file of the image: every key is refused`
  const lines = text.split('\n')
  if (lines[0]?.startsWith('SSHKRL')) return `${name} names a KRL, which pibake cannot read: list the keys as text`
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [type = '', own = ''] = line.split(/[ \t]+/)
    const key = parsePublicKey(`${type} ${own}`)
    if ('reason' in key && !(key.reason === 'weak' && type === 'ssh-rsa')) {
      return `${name} names ${value}, of which line ${index + 1} is not a key: every key is refused`
    }
    if (own.replace(/=+$/, '') === blob.replace(/=+$/, '')) return `${name} names ${value}, which holds it`
  }
  return undefined
}

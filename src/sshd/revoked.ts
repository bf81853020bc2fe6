import { parsePublicKey } from '../formats/public-key.ts'
import type { Tree } from '../tree/tree.ts'
import { place } from './allowed.ts'
import type { SshdEffective } from './effective.ts'

/**
 * Why sshd takes a key for revoked (auth.c, auth_key_is_revoked); undefined: it does not. With a file that it cannot
 * read to the end sshd refuses every key: one that is missing, or that has a line that is no key.
 *
 * @param blob the key, base64
 */
export function revokedBy(root: Tree, effective: SshdEffective, blob: string): string | undefined {
  const value = effective.value('RevokedKeys')
  if (value === undefined || value.toLowerCase() === 'none') return undefined
  const name = `RevokedKeys${place(effective, 'RevokedKeys')}`
  // sshd is started in the root directory.
  const path = root.resolve(value.startsWith('/') ? value : `/${value}`)
  const content = root.lstat(path)?.kind === 'file' ? root.read(path) : undefined
  if (content === undefined) return `${name} names ${value}, which is no file of the image: every key is refused`
  const lines = new TextDecoder().decode(content).split('\n')
  if (lines[0]?.startsWith('SSHKRL')) return `${name} names a KRL, which pibake cannot read: list the keys as text`
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [type = '', own = ''] = line.split(/[ \t]+/)
    const key = parsePublicKey(`${type} ${own}`)
    if ('reason' in key && !(key.reason === 'weak' && type === 'ssh-rsa')) {
      return `${name} names ${value}, of which line ${index + 1} is no key: every key is refused`
    }
    if (own.replace(/=+$/, '') === blob.replace(/=+$/, '')) return `${name} names ${value}, which holds it`
  }
  return undefined
}

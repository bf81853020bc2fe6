import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import { append } from './error-page.ts'
import { HASH, KEYS } from './spec.ts'

/** What may be the same for all of many accounts of an image. */
const kinds: Readonly<Record<string, (root: MemoryTree, count: number) => void>> = {
  'that are locked': () => undefined,
  'with a password': (root) => {
    const shadow = root.nodes.get('/etc/shadow')
    if (shadow?.kind !== 'file') throw new Error('no shadow')
    const text = Buffer.from(shadow.content).toString().replaceAll(':*:19000:', `:${HASH}:19000:`)
    root.nodes.set('/etc/shadow', { ...shadow, content: Buffer.from(text) })
  },
  'with keys in one file': (root) => {
    append(root, '/etc/ssh/keys', `${KEYS.bob}\n`)
    append(root, '/etc/ssh/sshd_config.d/a.conf', 'AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/keys\n')
  },
  'with a key and a profile each': (root, count) => {
    append(root, '/home/u0/.ssh/authorized_keys', `${KEYS.bob}\n`)
    append(root, '/home/u0/.profile', 'echo hello\n')
    for (const path of ['', '/.ssh', '/.ssh/authorized_keys', '/.profile']) {
      const node = root.nodes.get(`/home/u0${path}`)
      for (let i = 0; node !== undefined && i < count; i++)
        root.nodes.set(`/home/u${i}${path}`, { ...node, uid: 20_000 + i, gid: 20_000 + i })
    }
  },
  'of which five hundred may use sudo, with a line each': (root) => {
    append(
      root,
      '/etc/sudoers.d/crowd',
      many(500, (i) => `u${i} ALL=(ALL:ALL) ALL\n`),
    )
    const node = root.nodes.get('/etc/sudoers.d/crowd')
    if (node?.kind === 'file') root.nodes.set('/etc/sudoers.d/crowd', { ...node, mode: 0o440 })
  },
  'of one group': (root, count) =>
    append(root, '/etc/group', `crowd:x:60000:${many(count, (i) => `,u${i}`).slice(1)}\n`),
}

/** Adds accounts with a shell, all of one kind. */
export function crowd(root: MemoryTree, count: number, kind: string): void {
  const lines = (path: string, line: (name: string, id: number) => string) =>
    append(
      root,
      path,
      many(count, (i) => line(`u${i}`, 20_000 + i)),
    )
  lines('/etc/passwd', (name, id) => `${name}:x:${id}:${id}::/home/${name}:/bin/bash\n`)
  lines('/etc/shadow', (name) => `${name}:*:19000:0:99999:7:::\n`)
  lines('/etc/group', (name, id) => `${name}:x:${id}:\n`)
  lines('/etc/gshadow', (name) => `${name}:!::\n`)
  kinds[kind]?.(root, count)
}

/** Lines, one after the other. */
export const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('')

/** The kinds of {@link crowd}. */
export const CROWDS = Object.keys(kinds)

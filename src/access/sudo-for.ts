import type { Tree } from '../tree/tree.ts'

/** Interim, until the evaluator of sudoers lands: reads the last rule that names the user, or a group of the user. */
export function sudoFor(
  root: Tree,
  { user, groups }: { user: string; groups: readonly string[] },
): { canBecomeRoot: boolean; needsPassword: boolean } {
  const files = ['/etc/sudoers', ...root.list('/etc/sudoers.d').map((name) => `/etc/sudoers.d/${name}`)]
  let found = { canBecomeRoot: false, needsPassword: true }
  for (const file of files) {
    const text = new TextDecoder().decode(root.read(file) ?? new Uint8Array())
    for (const line of text.split('\n')) {
      const [who = '', , ...rest] = line.trim().split(/\s+/)
      if (who !== user && !groups.includes(who.replace(/^%/, ''))) continue
      found = { canBecomeRoot: !rest.includes('!ALL'), needsPassword: !rest.join(' ').includes('NOPASSWD') }
    }
  }
  return found
}

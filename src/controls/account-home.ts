import { authorizedKeysFile } from '../formats/authorized-keys.ts'
import type { FileOperation, Operation, Origin, Owner } from '../plan/operation.ts'
import type { Problem, SpecPath } from '../spec/report.ts'
import type { User } from '../spec/spec.ts'
import type { Tree } from '../tree/tree.ts'
import type { Context } from './control.ts'

/** A home that is there must be the owner's own: what another user left would be writable by that user's number. */
export function homeProblem(root: Tree, home: string, owner: Owner, path: SpecPath): Problem | undefined {
  const entry = root.lstat(home)
  if (entry === undefined || (entry.kind === 'directory' && entry.uid === owner.uid)) return undefined
  return {
    severity: 'error',
    code: 'USR026',
    path: [...path, 'name'],
    message:
      entry.kind === 'directory'
        ? `${home} is in the image and belongs to uid ${entry.uid}, not to this user (uid ${owner.uid})`
        : `${home} is in the image and is no directory`,
    hint: 'choose another name, or take it out of the image',
  }
}

/**
 * The home with the files of /etc/skel and the keys, owned and closed as StrictModes wants it (sshd_config(5)).
 * Where the image already has something else at a file of skel, that stays.
 */
export function homeOperations(
  context: Context,
  user: User,
  index: number,
  { home, owner }: { readonly home: string; readonly owner: Owner },
): Operation[] {
  const { root } = context.inventory
  const origin = context.because(['users', index, 'name'], `the home of ${user.name}`)
  const taken = new Set(context.spec.files.map(({ path }) => path))
  return [
    { kind: 'directory', partition: 'root', path: home, mode: 0o700, owner, origin },
    ...skeleton(root, '/etc/skel', home, owner, origin).filter(({ path, kind, ...rest }) => {
      if (taken.has(path)) return false
      const there = root.lstat(path)
      return kind !== 'file' || there === undefined || (there.kind === 'file' && same(root.read(path), rest))
    }),
    ...keyOperations(context, user, index, home, owner),
  ]
}

function same(bytes: Uint8Array | undefined, operation: Partial<FileOperation>): boolean {
  return bytes !== undefined && operation.content !== undefined && Buffer.compare(bytes, operation.content) === 0
}

/** What is below a folder of /etc/skel, for the same place below the home. */
function skeleton(root: Tree, from: string, to: string, owner: Owner, origin: Origin): Operation[] {
  return root.list(from).flatMap((name): Operation[] => {
    const source = `${from}/${name}`
    const common = { partition: 'root', path: `${to}/${name}`, origin } as const
    const entry = root.lstat(source)
    if (entry?.kind === 'directory') {
      const { mode } = entry
      return [{ ...common, kind: 'directory', mode, owner }, ...skeleton(root, source, common.path, owner, origin)]
    }
    if (entry?.kind === 'symlink') return [{ ...common, kind: 'symlink', target: entry.target }]
    const content = entry?.kind === 'file' ? root.read(source) : undefined
    if (entry?.kind !== 'file' || content === undefined) return []
    return [{ ...common, kind: 'file', content, mode: entry.mode, owner }]
  })
}

/** sshd reads authorized_keys and authorized_keys2: only the spec's keys may stand in either. */
function keyOperations(context: Context, user: User, index: number, home: string, owner: Owner): Operation[] {
  const path = ['users', index, 'authorizedKeys'] as const
  const origin = context.because(path, `the keys that open ${user.name}'s account, and no others`)
  const remove = (name: string): Operation => {
    return { kind: 'remove', partition: 'root', path: `${home}/.ssh/${name}`, origin }
  }
  if (user.authorizedKeys.length === 0) return [remove('authorized_keys'), remove('authorized_keys2')]
  return [
    { kind: 'directory', partition: 'root', path: `${home}/.ssh`, mode: 0o700, owner, origin },
    {
      kind: 'file',
      partition: 'root',
      path: `${home}/.ssh/authorized_keys`,
      content: new TextEncoder().encode(authorizedKeysFile(user.authorizedKeys)),
      mode: 0o600,
      owner,
      origin,
      lines: new Map(
        user.authorizedKeys.map((key, i) => [
          i,
          context.because(path, `${key.fingerprint} opens ${user.name}'s account`),
        ]),
      ),
    },
    remove('authorized_keys2'),
  ]
}

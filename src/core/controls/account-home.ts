import { equals } from '../../base/host/bytes.ts'
import type { Owner } from '../../base/owner.ts'
import type { Origin } from '../../base/report/origin.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { authorizedKeysFile } from '../../device/formats/authorized-keys.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { directory, type FileOperation, file, type Operation, remove, symlink } from '../plan/operation.ts'
import type { User } from '../spec-file/spec.ts'
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
        : `${home} is in the image and is not a directory`,
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
    directory(home, { mode: 0o700, owner, origin }),
    ...skeleton(root, '/etc/skel', home, owner, origin)
      .map((one) => closedTo(one, context))
      .filter(({ path, kind, ...rest }) => {
        if (taken.has(path)) return false
        const there = root.lstat(path)
        return kind !== 'file' || there === undefined || (there.kind === 'file' && same(root.read(path), rest))
      }),
    ...keyOperations(context, user, index, home, owner),
  ]
}

/** With closed modes a file of the home is its owner's alone. */
function closedTo(operation: Operation, { spec }: Context): Operation {
  const isFile = operation.kind === 'file' && spec.hardening.fileModes === 'closed'
  return isFile ? { ...operation, mode: operation.mode & 0o700 } : operation
}

function same(bytes: Uint8Array | undefined, operation: Partial<FileOperation>): boolean {
  return bytes !== undefined && operation.content !== undefined && equals(bytes, operation.content)
}

/** What is below a folder of /etc/skel, for the same place below the home. */
function skeleton(root: Tree, from: string, to: string, owner: Owner, origin: Origin): Operation[] {
  return root.list(from).flatMap((name): Operation[] => {
    const source = `${from}/${name}`
    const path = `${to}/${name}`
    const entry = root.lstat(source)
    if (entry?.kind === 'directory') {
      const { mode } = entry
      return [directory(path, { mode, owner, origin }), ...skeleton(root, source, path, owner, origin)]
    }
    if (entry?.kind === 'symlink') return [symlink(path, entry.target, { origin })]
    const content = entry?.kind === 'file' ? root.read(source) : undefined
    if (entry?.kind !== 'file' || content === undefined) return []
    return [file(path, content, { mode: entry.mode, owner, origin })]
  })
}

/** sshd reads authorized_keys and authorized_keys2: only the spec's keys may stand in either. */
function keyOperations(context: Context, user: User, index: number, home: string, owner: Owner): Operation[] {
  const path = ['users', index, 'authorizedKeys'] as const
  const origin = context.because(path, `the keys that open ${user.name}'s account, and no others`)
  const gone = (name: string) => remove(`${home}/.ssh/${name}`, { origin })
  if (user.authorizedKeys.length === 0) return [gone('authorized_keys'), gone('authorized_keys2')]
  return [
    directory(`${home}/.ssh`, { mode: 0o700, owner, origin }),
    file(`${home}/.ssh/authorized_keys`, new TextEncoder().encode(authorizedKeysFile(user.authorizedKeys)), {
      mode: 0o600,
      owner,
      origin,
      lines: new Map(
        user.authorizedKeys.map((key, i) => [
          i,
          context.because(path, `${key.fingerprint} opens ${user.name}'s account`),
        ]),
      ),
    }),
    gone('authorized_keys2'),
  ]
}

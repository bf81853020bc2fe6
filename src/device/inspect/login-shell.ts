import { remembered } from '../../base/remembered.ts'
import type { Entry, Tree } from '../../storage/tree/tree.ts'
import type { Accounts, PasswdEntry } from '../formats/accounts.ts'
import { permits } from '../formats/permissions.ts'

/** Programs that end at once, or let do one thing only. */
const NOT_SHELLS = /\/(nologin|false|true|sync|halt|shutdown|git-shell)$/

const SHELLS = /\/(ba|da|a|z|k|mk|lk|pdk|c|tc|fi|rba|yas|nu|elvi|os|xon)?sh$/

/** The kernel follows no longer chain of interpreters (fs/binfmt_script.c, exec.c). */
const MAX_INTERPRETERS = 4

/** Why the login shell of a user starts for nobody, or not for that user; undefined: it starts. */
export function loginShellRefusal(root: Tree, accounts: Accounts, user: PasswdEntry): string | undefined {
  const path = shellOf(user)
  return NOT_SHELLS.test(path) || NOT_SHELLS.test(root.resolve(path))
    ? `${path} is not a shell`
    : programRefusal(root, accounts, user, path, 0)
}

/** What the shell does is for its own text to say: a script, or a program that is not known as a shell. */
export function isKnownShell(root: Tree, user: PasswdEntry): boolean {
  const path = shellOf(user)
  if (scriptOf(root, path) !== undefined) return false
  const listed = new TextDecoder().decode(root.read('/etc/shells') ?? new Uint8Array()).split('\n')
  return SHELLS.test(root.resolve(path)) || listed.includes(path)
}

function shellOf({ shell }: PasswdEntry): string {
  return shell === '' ? '/bin/sh' : shell
}

function programRefusal(
  root: Tree,
  accounts: Accounts,
  user: PasswdEntry,
  name: string,
  depth: number,
): string | undefined {
  const program = programOf(root, name)
  if (typeof program === 'string') return program
  const closed = program.folders.find(({ entry }) => !permits(entry, user, accounts, 0o1))
  if (closed !== undefined) return `${user.name} may not enter ${closed.path}`
  // Root needs one bit of the three too.
  if ((program.entry.mode & 0o111) === 0 || !permits(program.entry, user, accounts, 0o1))
    return `${user.name} may not run ${name}`
  const { interpreter } = program
  if (interpreter === undefined) return undefined
  if (depth === MAX_INTERPRETERS) return `${name} has too many interpreters`
  const refusal = programRefusal(root, accounts, user, interpreter, depth + 1)
  return refusal && `${name} needs ${interpreter}, and ${refusal}`
}

interface Program {
  readonly entry: Entry & { readonly mode: number }
  /** Those above it, the lowest first. */
  readonly folders: readonly { readonly path: string; readonly entry: Entry }[]
  readonly interpreter: string | undefined
}

/** What starts as `name`, or why nothing does. Thousands of accounts have the same shell, of more than a megabyte. */
const programOf = remembered((root: Tree, name: string): Program | string => {
  const path = root.resolve(name)
  const entry = root.lstat(path)
  if (entry === undefined) return `there is no ${name}`
  if (entry.kind !== 'file') return `${name} is not a program`
  const above = [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index) || '/')
  const folders = above.reverse().flatMap((folder) => {
    const found = root.lstat(folder)
    return found?.kind === 'directory' ? [{ path: folder, entry: found }] : []
  })
  return { entry, folders, interpreter: scriptOf(root, path) ?? elfInterpreter(root, path) }
})

/** The interpreter of a script; undefined: it is none. */
function scriptOf(root: Tree, path: string): string | undefined {
  const head = root.lstat(root.resolve(path))?.kind === 'file' ? root.read(path)?.subarray(0, 256) : undefined
  return head && /^#![ \t]*([^ \t\n]+)/.exec(new TextDecoder('latin1').decode(head))?.[1]
}

/** PT_INTERP of an ELF program, 32 or 64 bits, little-endian as all that Raspberry Pi OS runs on (elf(5)). */
function elfInterpreter(root: Tree, path: string): string | undefined {
  const bytes = root.read(path)
  if (
    bytes === undefined ||
    bytes.length < 64 ||
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) !== 0x7f454c46
  ) {
    return undefined
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isWide = bytes[4] === 2
  const start = isWide ? Number(view.getBigUint64(32, true)) : view.getUint32(28, true)
  const size = view.getUint16(isWide ? 54 : 42, true)
  const count = view.getUint16(isWide ? 56 : 44, true)
  for (let at = start; at < start + size * count && at + size <= bytes.length; at += size) {
    if (view.getUint32(at, true) !== 3) continue
    const offset = isWide ? Number(view.getBigUint64(at + 8, true)) : view.getUint32(at + 4, true)
    const length = isWide ? Number(view.getBigUint64(at + 32, true)) : view.getUint32(at + 16, true)
    return new TextDecoder('latin1').decode(bytes.subarray(offset, offset + length)).replace(/\0.*$/s, '')
  }
  return undefined
}

import { numberedLines, textOf } from '../source-lines.ts'
import { type Answer, argument, type Module, type Transaction } from '../transaction.ts'

/** pam_nologin: a file that is there keeps everybody but root out. */
export const nologin: Module = { auth: noLogin, account: noLogin }

/** pam_shells: the login shell has to be in /etc/shells. */
export const shells: Module = { auth: shellListed, account: shellListed }

/** pam_securetty: root from the terminals of /etc/securetty only. */
export const securetty: Module = { auth: secureTty, account: secureTty }

/** pam_localuser: who is in /etc/passwd, as every account here is. */
export const localuser: Module = { auth: local, account: local, session: local }

function noLogin({ root, user, losesNologin }: Transaction, args: readonly string[]): Answer {
  const successOk = args.includes('successok')
  const file = argument(args, 'file')
  const there = (file === undefined ? ['/var/run/nologin', '/etc/nologin'] : [file]).find((path) => {
    const real = root.resolve(path)
    const isTaken = losesNologin && path === '/etc/nologin' && root.lstat(path)?.kind !== 'directory'
    // /run is empty when the device has started.
    return !isTaken && !real.startsWith('/run/') && root.lstat(real) !== undefined
  })
  if (there === undefined) return { codes: [successOk ? 'success' : 'ignore'] }
  const at = { file: there, line: undefined }
  if (root.lstat(root.resolve(there))?.kind === 'directory') {
    return { codes: ['system_err'], at, because: 'pam_nologin refuses everybody: this is a directory' }
  }
  if (user.uid === 0) return { codes: [successOk ? 'success' : 'ignore'] }
  return { codes: ['auth_err'], at, because: 'this file keeps everybody but root out' }
}

function shellListed({ root, user }: Transaction): Answer {
  const file = '/etc/shells'
  const entry = root.lstat(root.resolve(file))
  if (entry?.kind !== 'file' || (entry.mode & 0o002) !== 0) {
    return {
      codes: ['auth_err'],
      at: { file, line: undefined },
      because: 'pam_shells wants this file, which is missing or which all may write to',
    }
  }
  const shell = user.shell === '' ? '/bin/sh' : user.shell
  if (numberedLines(root, file).some(({ text }) => text.startsWith('/') && text === shell))
    return { codes: ['success'] }
  return { codes: ['auth_err'], at: { file, line: undefined }, because: `the login shell ${shell} is not listed` }
}

function secureTty({ root, user, tty }: Transaction): Answer {
  const file = '/etc/securetty'
  const entry = root.lstat(root.resolve(file))
  if (user.uid !== 0 || entry === undefined) return { codes: ['success'] }
  const at = { file, line: undefined }
  if (entry.kind !== 'file' || (entry.mode & 0o002) !== 0) {
    return { codes: ['auth_err'], at, because: 'it is not a regular file, or all may write to it' }
  }
  if (numberedLines(root, file).some(({ text }) => text === tty)) return { codes: ['success'] }
  const because = `root may log in on the terminals in it and on the kernel's console, and ${tty} is not in it`
  return { codes: ['auth_err', 'success'], at, because }
}

function local({ root, user }: Transaction, args: readonly string[]): Answer {
  const file = argument(args, 'file')
  if (file === undefined) return { codes: ['success'] }
  if (textOf(root, file) === undefined) {
    return { codes: ['service_err'], at: { file, line: undefined }, because: 'pam_localuser wants this file' }
  }
  return numberedLines(root, file).some(({ text }) => text.startsWith(`${user.name}:`))
    ? { codes: ['success'] }
    : { codes: ['perm_denied'], at: { file, line: undefined }, because: 'the user is not in this file' }
}

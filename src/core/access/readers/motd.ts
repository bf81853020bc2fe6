import { numberedLines } from '../../../device/pam/source-lines.ts'
import { isExecutable } from '../../../device/sshd/files.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { Finding, Reader } from '../finding.ts'
import { isWaiting } from '../waiting-line.ts'

/** As Debian's pam_motd finds them (its patch update-motd). */
const FOLDER = '/etc/update-motd.d'
/** The names that run-parts(8) takes. */
const NAME = /^[a-zA-Z0-9_-]+$/

/** Programs that write the message of the day: a login waits for each of them. */
export const motd: Reader = ({ root }) =>
  isUpdated(root)
    ? root
        .list(FOLDER)
        .filter((name) => NAME.test(name))
        .map((name) => `${FOLDER}/${name}`)
        .filter((path) => isExecutable(root, path))
        .flatMap((path) => judge(root, path))
    : []

/** Of the two lines in Debian's stack the other one says `noupdate`. */
function isUpdated(root: Tree): boolean {
  return ['/etc/pam.d/sshd', '/etc/pam.d/login'].some((file) =>
    numberedLines(root, file).some(({ text }) => /^\s*session\b.*\bpam_motd\.so\b(?!.*\bnoupdate\b)/.test(text)),
  )
}

function judge(root: Tree, path: string): readonly Finding[] {
  const line = numberedLines(root, path).find(({ text }) => isWaiting(text))
  if (line === undefined) return []
  return [
    {
      answer: 'unproved',
      way: 'login',
      user: undefined,
      code: 'ACC052',
      at: line.at,
      because: `each login waits until this has come to its end: ${line.text.trim()}`,
      settle: 'take the line out, or give it a limit of its own and accept the code',
    },
  ]
}

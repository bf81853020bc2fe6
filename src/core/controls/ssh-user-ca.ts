import { authorizedKeysFile } from '../../device/formats/authorized-keys.ts'
import { directory, file, type Operation } from '../plan/operation.ts'
import type { Context } from './control.ts'
import { staleOnly } from './root-file.ts'
import type { SshLine } from './ssh-line.ts'

const KEYS = '/etc/ssh/pibake-user-ca.pub'
/** For each user a file with the names of which a certificate has to bear one. */
const PRINCIPALS = '/etc/ssh/pibake-principals'
const PATH = ['ssh', 'userCA'] as const

/** The lines that let in by certificates of the spec's authority, and of no other. */
export function userCALines({ spec }: Context): readonly SshLine[] {
  if (spec.ssh.userCA === undefined) return []
  const line = (keyword: string, value: string, because: string): SshLine => ({ keyword, value, because, path: PATH })
  return [
    // OpenSSH 9.2 passes it over where an AuthorizedKeysCommand stands before (servconf.c, parse_command).
    line('AuthorizedPrincipalsCommand', 'none', 'no program of the image says which names are good'),
    line('TrustedUserCAKeys', KEYS, 'certificates of this authority let in'),
    line('AuthorizedPrincipalsFile', `${PRINCIPALS}/%u`, 'a certificate has to bear one of the names that stand there'),
  ]
}

/** The authority's keys and the names of each user; those of an earlier spec go. */
export function userCAOperations({ spec, inventory, because }: Context): Operation[] {
  const { userCA, enabled } = spec.ssh
  const origin = because(PATH, 'certificates of this authority let in')
  if (userCA === undefined || !enabled) return staleOnly(inventory.root, [KEYS, PRINCIPALS], origin)
  const text = (content: string) => new TextEncoder().encode(content)
  const plain = { from: [], expires: undefined, restrict: false, command: undefined }
  const files = [...userCA.principals]
    .filter(([, names]) => names.length > 0)
    .map(([user, names]) => {
      const own = because([...PATH, 'principals'], `a certificate for one of these lets in as ${user}`)
      return file(`${PRINCIPALS}/${user}`, text(names.map((name) => `${name}\n`).join('')), { origin: own })
    })
  const others = inventory.root.list(PRINCIPALS).map((name) => `${PRINCIPALS}/${name}`)
  return [
    file(KEYS, text(authorizedKeysFile(userCA.keys.map((key) => ({ ...key, ...plain })))), { origin }),
    directory(PRINCIPALS, { origin }),
    ...files,
    ...staleOnly(
      inventory.root,
      others.filter((path) => files.every((own) => own.path !== path)),
      origin,
    ),
  ]
}

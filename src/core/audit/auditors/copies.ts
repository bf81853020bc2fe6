import { sharedFiles } from '../../controls/shared-identity.ts'
import type { Auditor, Sighting } from '../finding.ts'

/** Where programs keep what logs a person in somewhere. */
const LOG_INS: readonly (readonly [file: string, what: string])[] = [
  ['.aws/credentials', 'keys of Amazon Web Services'],
  ['.azure/msal_token_cache.json', 'log-ins of Azure'],
  ['.config/gcloud/credentials.db', 'log-ins of Google Cloud'],
  ['.config/gh/hosts.yml', 'a token of GitHub'],
  ['.docker/config.json', 'log-ins of registries'],
  ['.git-credentials', 'passwords of Git'],
  ['.kube/config', 'log-ins of Kubernetes'],
  ['.netrc', 'passwords of servers'],
  ['.npmrc', 'a token of npm'],
  ['.pgpass', 'passwords of databases'],
  ['.pypirc', 'a token of PyPI'],
  ['.vnc/passwd', 'a password of VNC'],
]
const HISTORIES = ['.bash_history', '.zsh_history', '.python_history', '.mysql_history', '.psql_history']

/** What whoever gets a copy of the image gets with it, and what all its copies have in common. */
export const copies: Auditor = ({ device, bootedSigns }) => {
  const { root, accounts } = device
  const homes = [
    ...new Set(accounts.passwd.map(({ home }) => home).filter((home) => home === '/root' || home.startsWith('/home/'))),
  ]
  const isThere = (path: string) => {
    const entry = root.lstat(path)
    return entry?.kind === 'file' && entry.size > 0
  }
  const inHomes = (names: readonly (readonly [string, string])[]) =>
    homes.flatMap((home) =>
      names
        .filter(([name]) => isThere(`${home}/${name}`))
        .map(([name, what]) => sighting('token', `${home}/${name}`, what)),
    )
  return [
    ...sharedFiles({ root, accounts }).map(({ path, what, isSecret }) =>
      sighting(
        isSecret ? 'private-key' : 'shared-identity',
        path,
        `${what}, the same on every device made of the image`,
      ),
    ),
    ...inHomes(LOG_INS),
    ...inHomes(HISTORIES.map((name) => [name, 'what somebody typed, passwords among it perhaps'] as const)),
    ...bootedSigns.map((sign): Sighting => ({ rule: 'shared-identity', subject: sign, at: undefined, because: sign })),
  ]
}

function sighting(rule: Sighting['rule'], file: string, because: string): Sighting {
  return { rule, subject: file, at: { file, line: undefined }, because }
}

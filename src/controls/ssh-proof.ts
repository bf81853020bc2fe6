import type { Problem } from '../spec/report.ts'
import { scopeOf } from '../sshd/keywords.ts'
import { possibleValues } from '../sshd/possible.ts'
import { type At, readSshdConfig, type SshdConfig } from '../sshd/read.ts'
import type { Tree } from '../tree/tree.ts'
import type { Context } from './control.ts'
import type { SshLine } from './ssh-lines.ts'

/** Where pibake's own lines stand. */
export const DROP_IN = '/etc/ssh/sshd_config.d/00-pibake.conf'

/** Keywords on which it depends who gets in: no connection may meet another value than the one pibake set. */
const GUARDED = new Set([
  'port',
  'allowusers',
  'permitrootlogin',
  'passwordauthentication',
  'kbdinteractiveauthentication',
  'authenticationmethods',
  'permitemptypasswords',
  'hostbasedauthentication',
  'usepam',
  'strictmodes',
  'authorizedkeysfile',
  'authorizedkeyscommand',
  'trustedusercakeys',
  'permituserenvironment',
])

const FLAGS = /^(yes|no|none|any)$/i

/** A line elsewhere in the image because of which a guarded keyword would have another value. */
export interface Rival {
  readonly line: SshLine
  readonly value: string | undefined
  readonly at: At | undefined
  /** A `Match all` in pibake's own file would overrule it. */
  readonly curable: boolean
}

/** Every rival to pibake's lines in the configuration that sshd would read. */
export function rivals(config: SshdConfig, lines: readonly SshLine[]): readonly Rival[] {
  return lines
    .filter((line) => GUARDED.has(line.keyword.toLowerCase()))
    .flatMap((line) => {
      const keyword = line.keyword.toLowerCase()
      const isFine = (value: string | undefined) => {
        if (keyword === 'allowusers') return (value ?? '*').split(' ').every((w) => line.value.split(' ').includes(w))
        return value === line.value || (FLAGS.test(line.value) && value?.toLowerCase() === line.value.toLowerCase())
      }
      return possibleValues(config, keyword)
        .filter(({ value }) => !isFine(value))
        .map(({ value, at }) => ({
          line,
          value,
          at,
          curable: scopeOf(config.release, keyword) === 'match' && keyword !== 'allowusers',
        }))
    })
}

/** What the image's own files do to pibake's lines, as problems: nothing is left to hope. */
export function proofProblems(root: Tree, { inventory }: Context, lines: readonly SshLine[]): readonly Problem[] {
  const config = readSshdConfig(root, inventory.release)
  const broken = config.errors.map(
    ({ at, message }): Problem => ({
      severity: 'error',
      code: 'SSH020',
      path: ['ssh'],
      message: `sshd would not start: ${at.file}:${at.line}: ${message}`,
      hint: 'correct the line in the image, or remove it',
    }),
  )
  if (!config.directives.some(({ at }) => at.file === DROP_IN)) {
    return [
      ...broken,
      {
        severity: 'error',
        code: 'SSH021',
        path: ['ssh'],
        message: `/etc/ssh/sshd_config of the image does not read ${DROP_IN}`,
        hint: 'its first line must be: Include /etc/ssh/sshd_config.d/*.conf',
      },
    ]
  }
  const beaten = rivals(config, lines).map(
    ({ line, value, at }): Problem => ({
      severity: 'error',
      code: 'SSH022',
      path: line.path,
      message:
        at === undefined
          ? `'${line.keyword} ${line.value}' would not be in force`
          : `${at.file}:${at.line} sets ${line.keyword} to '${value}', and pibake cannot overrule it`,
      hint:
        line.keyword === 'AllowUsers'
          ? 'name these users in ssh.allowUsers, or take the line out of the image'
          : 'take the line out of the image',
    }),
  )
  return [...broken, ...beaten, ...listenProblems(config), ...optionProblems(root)]
}

/** An address set elsewhere adds to the others, and may be one that the owner cannot reach. */
function listenProblems(config: SshdConfig): Problem[] {
  return config.directives
    .filter(({ keyword, at }) => keyword === 'listenaddress' && at.file !== DROP_IN)
    .map(({ at, args }) => ({
      severity: 'error',
      code: 'SSH023',
      path: ['ssh'],
      message: `${at.file}:${at.line} makes sshd listen on ${args[0]}`,
      hint: 'take the line out of the image; ssh.settings.ListenAddress sets the address',
    }))
}

/** Options on the command line count before any file (sshd(8), -o). */
function optionProblems(root: Tree): Problem[] {
  const text = new TextDecoder().decode(root.read('/etc/default/ssh') ?? new Uint8Array())
  const options = [...text.matchAll(/^[ \t]*SSHD_OPTS=(.*)$/gm)].at(-1)?.[1]?.replace(/["']/g, '').trim() ?? ''
  if (options === '') return []
  return [
    {
      severity: 'error',
      code: 'SSH024',
      path: ['ssh'],
      message: 'SSHD_OPTS in /etc/default/ssh of the image gives sshd options that count before its files',
      hint: 'empty it in the image; ssh.settings sets keywords',
    },
  ]
}

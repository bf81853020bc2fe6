import type { Problem } from '../../base/report/report.ts'
import { allValues } from '../../device/sshd/all-values.ts'
import { parseSshdArguments } from '../../device/sshd/command-line.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { scopeOf } from '../../device/sshd/keywords.ts'
import { readSshdConfig } from '../../device/sshd/read.ts'
import type { SourceLine } from '../../device/sshd/source-line.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Context } from './control.ts'
import { broughtBack, takenOut } from './ssh-algorithms.ts'
import type { SshLine } from './ssh-line.ts'

/** Where pibake's own lines stand. */
export const DROP_IN = '/etc/ssh/sshd_config.d/00-pibake.conf'

/** Keywords on which it depends who gets in: no connection may meet another value than the one pibake set. */
const GUARDED = new Set([
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
  'authorizedprincipalsfile',
  'authorizedprincipalscommand',
  'permituserenvironment',
])

const FLAGS = /^(yes|no|none|any)$/i

/** A line elsewhere in the image because of which a guarded keyword would have another value. */
export interface Rival {
  readonly line: SshLine
  readonly value: string | undefined
  readonly at: SourceLine | undefined
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
        if (keyword === 'allowusers')
          return (value ?? '*').split(' ').every((word) => isAllowed(line.value.split(' '), word))
        return value === line.value || (FLAGS.test(line.value) && value?.toLowerCase() === line.value.toLowerCase())
      }
      return allValues(config, keyword)
        .filter(({ value }) => !isFine(value))
        .map(({ value, at }) => ({
          line,
          value,
          at,
          curable: scopeOf(config.release, keyword) === 'match' && keyword !== 'allowusers',
        }))
    })
}

/** A user who is allowed from anywhere is from some hosts too. */
function isAllowed(own: readonly string[], word: string): boolean {
  return own.includes(word) || own.includes(word.replace(/@[^@]*$/, ''))
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
      hint:
        at.file === DROP_IN
          ? 'a keyword of ssh.settings goes against another line'
          : 'correct the line in the image, or remove it',
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
  return [
    ...broken,
    ...beaten,
    ...algorithmWarnings(config, lines),
    ...portWarnings(config),
    ...listenProblems(config),
    ...optionProblems(root, lines),
  ]
}

/** A file that sorts before pibake's, or a `Match`, may bring back what pibake takes out. */
function algorithmWarnings(config: SshdConfig, lines: readonly SshLine[]): Problem[] {
  return takenOut.flatMap(({ keyword }) =>
    allValues(config, keyword.toLowerCase()).flatMap(({ value, at }): Problem[] => {
      const found =
        value === undefined || at?.file === DROP_IN ? undefined : broughtBack(config.release, keyword, value)
      if (found === undefined || at === undefined) return []
      const path = lines.find((line) => line.keyword === keyword)?.path ?? ['ssh']
      const message = `${at.file}:${at.line} sets ${keyword}: ${found.message}`
      return [{ severity: 'warning', code: 'SSH022', path, message, hint: 'take the line out of the image' }]
    }),
  )
}

/** A port set elsewhere adds to the others: who gets in there is the same, but no rule of ufw or fail2ban is for it. */
function portWarnings(config: SshdConfig): Problem[] {
  const ports = config.directives.filter(({ keyword }) => keyword === 'port')
  const own = ports.find(({ at }) => at.file === DROP_IN)?.args[0]
  return ports
    .filter(({ args, at }) => at.file !== DROP_IN && args[0] !== own)
    .map(({ at, args }) => ({
      severity: 'warning',
      code: 'SSH025',
      path: ['ssh', 'port'],
      message: `${at.file}:${at.line} makes sshd listen on port ${args[0]} too, and fail2ban bans nobody there`,
      hint: 'take the line out of the image; ssh.port sets the port',
    }))
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

/** Keywords of which another value lets nobody in and keeps nobody out but whom the proof says. */
const HARMLESS = new Set(['addressfamily', 'logverbose', 'syslogfacility'])

/** Options on the command line count before any file (sshd(8), -o). */
function optionProblems(root: Tree, own: readonly SshLine[]): Problem[] {
  const text = new TextDecoder().decode(root.read('/etc/default/ssh') ?? new Uint8Array())
  const options = [...text.matchAll(/^[ \t]*SSHD_OPTS=(.*)$/gm)].at(-1)?.[1]?.replace(/["']/g, '').trim() ?? ''
  if (options === '' || areHarmless(options.split(/\s+/), own)) return []
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

function areHarmless(words: readonly string[], own: readonly SshLine[]): boolean {
  const { lines, ...options } = parseSshdArguments(words)
  const usual = parseSshdArguments([])
  const beaten = new Set(own.map(({ keyword }) => keyword.toLowerCase()))
  return (
    options.file === usual.file &&
    options.ports.length === 0 &&
    !options.inetd &&
    options.ends === undefined &&
    lines.every((line) => {
      const keyword = line.split(/[\s=]/)[0]?.toLowerCase() ?? ''
      return HARMLESS.has(keyword) && !beaten.has(keyword)
    })
  )
}

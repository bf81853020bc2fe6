import type { Problem, SpecPath } from '../../base/report/report.ts'
import { Traced } from '../render/render.ts'
import type { Context } from './control.ts'
import { problemsOf } from './fail2ban-problems.ts'
import { readsJournal, type Settings } from './fail2ban-sources.ts'

export interface Jail {
  readonly name: Traced
  readonly settings: readonly (readonly [string, Traced])[]
}

/**
 * The jails of the spec with what they need to work on Raspberry Pi OS, in the order in which they are written.
 *
 * @returns the jails, and what is wrong with them: a single jail that cannot start stops the whole of fail2ban
 */
export function jailsOf(context: Context): { jails: Jail[]; problems: Problem[] } {
  const { fail2ban } = context.spec
  const jails: Jail[] = []
  const problems: Problem[] = []
  for (const [name, own] of wantedJails(context.spec)) {
    const path = fail2ban.jails[name] === undefined ? ['fail2ban', 'jails'] : ['fail2ban', 'jails', name]
    const found = problemsOf(name, own, path, context)
    problems.push(...found)
    if (found.every((problem) => problem.severity === 'warning')) jails.push(jailOf(name, own, path, context))
  }
  return { jails, problems }
}

/** The names of the jails that run: all but those that the spec switches off. */
export function namesOfJails(spec: Context['spec']): string[] {
  // fail2ban's words for no (jailreader.py, ConfigParser.getboolean).
  return [...wantedJails(spec)].flatMap(([name, own]) => (/^(?:false|no|off|0)$/i.test(`${own.enabled}`) ? [] : [name]))
}

function wantedJails({ ssh, fail2ban }: Context['spec']): Map<string, Settings> {
  const wanted = new Map<string, Settings>()
  if (ssh.enabled) wanted.set('sshd', fail2ban.jails.sshd ?? {})
  for (const [name, settings] of Object.entries(fail2ban.jails)) if (name !== 'recidive') wanted.set(name, settings)
  return wanted.set('recidive', fail2ban.jails.recidive ?? {})
}

function jailOf(name: string, own: Settings, path: SpecPath, context: Context): Jail {
  const settings = new Map<string, Traced>()
  for (const [keyword, value, because] of defaultsOf(name, own, context)) {
    settings.set(keyword, new Traced(value, context.because(path, because)))
  }
  for (const [keyword, value] of Object.entries(own)) {
    const text = typeof value === 'boolean' ? String(value) : value
    settings.set(keyword, new Traced(text, context.because([...path, keyword], 'the spec sets it')))
  }
  return { name: new Traced(name, context.because(path, 'a jail of the spec')), settings: [...settings] }
}

/** `[keyword, value, reason]` of what a jail gets unless the spec says otherwise. */
function defaultsOf(
  name: string,
  own: Settings,
  context: Context,
): readonly (readonly [string, string | number, string])[] {
  if (name === 'sshd') {
    return [
      ['enabled', 'true', 'ssh is enabled'],
      ['port', context.spec.ssh.port, 'follows ssh.port'],
      ['backend', 'systemd', 'without rsyslog there is no auth.log'],
      ['mode', 'extra', 'an attempt counts; a connection that breaks off before one does not: it may be the owner’s'],
      [
        'journalmatch',
        'SYSLOG_IDENTIFIER=sshd _UID=0 + SYSLOG_IDENTIFIER=sshd-session _UID=0',
        'the stock match misses processes that end before journald has looked them up; nobody but root has this _UID',
      ],
    ]
  }
  if (name === 'recidive') {
    return [
      ['enabled', 'true', 'who is banned again and again is banned for longer, on all ports'],
      ['backend', 'auto', "fail2ban's own log is a file; the journal match of bookworm never fires"],
      ['findtime', '1d', 'bans of one day count'],
      ['maxretry', 5, 'bans of one address before it is banned everywhere'],
      ['bantime', '1w', "the package's own time"],
    ]
  }
  return [
    ['enabled', 'true', 'the spec names this jail'],
    ['backend', readsJournal(name, own, context) ? 'systemd' : 'auto', 'where the lines of this jail are'],
  ]
}

import { entryAt } from '../sshd/files.ts'
import { globInside } from '../sshd/glob.ts'
import { StartError } from './errors.ts'
import { type Fail2banDevice, textOf } from './files.ts'
import type { Action, Jail } from './jail.ts'
import { repr, shellWords } from './python.ts'
import { assertFindsHost, groupsOf } from './regex.ts'
import { notSeconds } from './seconds.ts'
import { NOT_A_NUMBER } from './server.ts'
import type { Setting } from './tags.ts'
import { CHECKS } from './values.ts'

/** Ends the work on a jail, saying of which of its options. */
export type Refuse = (option: string, message: string) => never

/**
 * Has a jail's values judged as the server does when it is given them, one after the other: for any one that it cannot use
 * it ends, and all jails with it (transmitter.py, `__commandSet`).
 */
export function judgeValues(device: Fail2banDevice, jail: Jail, refuse: Refuse): void {
  for (const [option, setting] of [...jail.filter, ...jail.settings]) {
    if (setting === null && ['maxretry', 'maxmatches'].includes(option)) refuse(option, NOT_A_NUMBER)
    if (typeof setting !== 'string') continue
    const message = CHECKS[option]?.(setting, device)
    if (message !== undefined) refuse(option, message)
  }
  judgeLogs(device, jail, refuse)
  judgeMatches(jail, refuse)
  judgeExpressions(jail, refuse)
  judgeActions(device, jail.actions, refuse)
}

/**
 * The files that a jail reads, unless it reads the journal (jailreader.py, `convert`). One of them is enough.
 *
 * @returns the patterns, when none of them names a file
 */
export function missingLogs(device: Fail2banDevice, jail: Jail): readonly string[] {
  const logs = logsOf(jail).map(({ pattern }) => pattern)
  return logs.some((pattern) => device.madeLater(pattern) || filesOf(device, pattern).length > 0) ? [] : logs
}

/** `PATTERN`, `PATTERN head`, `PATTERN tail`, one a line. */
function logsOf(jail: Jail): readonly { readonly pattern: string; readonly from: string }[] {
  const logs = jail.settings.get('logpath')
  if (typeof logs !== 'string' || readsJournal(jail)) return []
  return logs.split('\n').map((line) => {
    const [, pattern = line, from = 'head'] = /^(.*) ([^ ]*)$/.exec(line) ?? []
    return { pattern, from }
  })
}

function filesOf({ root }: Fail2banDevice, pattern: string): readonly string[] {
  return globInside(root, absolute(pattern)).filter((path) => entryAt(root, path) !== undefined)
}

function judgeLogs(device: Fail2banDevice, jail: Jail, refuse: Refuse): void {
  for (const { pattern, from } of logsOf(jail)) {
    const files = filesOf(device, pattern)
    const folder = files.find((path) => entryAt(device.root, path)?.kind === 'directory')
    if (folder !== undefined) refuse('logpath', `[Errno 21] Is a directory: ${repr(folder)}`)
    if (files.length > 0 && !/^(?:head|tail)$/i.test(from)) refuse('logpath', "File option must be 'head' or 'tail'")
  }
}

/** fail2ban is started in the root directory. */
function absolute(pattern: string): string {
  return pattern.startsWith('/') ? pattern : `/${pattern}`
}

function readsJournal({ settings }: Jail): boolean {
  return String(settings.get('backend')).startsWith('systemd')
}

/** Those of the filter come first, those of the jail after them. */
function bothOf(jail: Jail, option: string): readonly string[] {
  return [jail.filter.get(option), jail.settings.get(option)].filter((setting) => typeof setting === 'string')
}

/** sd_journal_add_match(3): `FIELD=value`, the name in capitals, digits and `_`. */
function judgeMatches(jail: Jail, refuse: Refuse): void {
  for (const line of bothOf(jail, 'journalmatch').flatMap((text) => text.split('\n'))) {
    const words = shellWords(line)
    if (words === undefined) refuse('journalmatch', 'No closing quotation')
    const strange = words?.find((word) => word !== '+' && !/^(?!__)[A-Z0-9_]+=/.test(word))
    if (strange !== undefined && readsJournal(jail)) refuse('journalmatch', 'Invalid match')
  }
}

function judgeExpressions(jail: Jail, refuse: Refuse): void {
  const usesDns = bothOf(jail, 'usedns').at(-1)?.toLowerCase() !== 'no'
  const compiled = (option: string, text: string) => {
    try {
      return groupsOf(text, usesDns)
    } catch (error) {
      if (error instanceof StartError) return refuse(option, error.message)
      throw error
    }
  }
  for (const setting of [jail.filter.get('maxlines'), jail.settings.get('maxlines')]) {
    if (typeof setting === 'number' && setting <= 0) refuse('maxlines', 'maxlines must be integer greater than zero')
  }
  let before: ReadonlySet<string> = new Set()
  for (const text of bothOf(jail, 'prefregex')) before = text === '' ? new Set() : compiled('prefregex', text)
  for (const option of ['failregex', 'ignoreregex']) {
    for (const text of bothOf(jail, option)
      .flatMap((all) => all.split('\n'))
      .filter((line) => line !== '')) {
      const groups = compiled(option, text)
      if (option === 'failregex') {
        try {
          assertFindsHost(text, groups, before)
        } catch (error) {
          if (error instanceof StartError) refuse(option, error.message)
          throw error
        }
      }
    }
  }
}

function judgeActions(device: Fail2banDevice, actions: readonly Action[], refuse: Refuse): void {
  const names = new Set<string>()
  for (const { name, program, settings } of actions) {
    if (names.has(name)) refuse('action', `Action ${name} already exists`)
    names.add(name)
    if (program !== undefined && textOf(device, program) === undefined) {
      refuse('action', `[Errno 2] No such file or directory: ${repr(program)}`)
    }
    const timeout: Setting | undefined = settings.get('timeout')
    const message = typeof timeout === 'string' ? notSeconds(timeout) : undefined
    if (message !== undefined) refuse('action', message)
  }
}

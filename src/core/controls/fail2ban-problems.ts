import { refusal } from '../../base/encode/encode.ts'
import { ini } from '../../base/encode/ini.ts'
import type { Code } from '../../base/report/codes.ts'
import type { Problem, SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { JAIL_KEYWORDS } from '../../device/fail2ban/jail-keywords.ts'
import { servicesOf } from '../../device/ufw/services.ts'
import type { Context } from './control.ts'
import { jailWatches } from './fail2ban-ports.ts'
import { baseName, filterOf, known, readsJournal, type Settings, willExist } from './fail2ban-sources.ts'
import { fail2banStock } from './fail2ban-stock.ts'

function error(code: Code, path: SpecPath, message: string, hint?: string): Problem {
  return { severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) }
}

/** What is wrong with one jail of the spec, as far as the image and fail2ban's own files can tell. */
export function problemsOf(name: string, own: Settings, path: SpecPath, context: Context): Problem[] {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,25}$/.test(name) || /^(DEFAULT|INCLUDES)$/i.test(name)) {
    return [
      error(
        'F2B010',
        path,
        'not a name for a jail',
        'letters, digits, -, _ and . (at most 26), not INCLUDES; for every jail: DEFAULT',
      ),
    ]
  }
  const stock = fail2banStock(context.inventory.release)
  const problems: Problem[] = []

  const filter = filterOf(name, own)
  const filters = known('filter.d', stock.filters, context)
  if (stock.jails[name] === undefined || own.filter !== undefined) {
    if (!filters.includes(filter)) {
      const near = suggest(filter, own.filter === undefined ? [...Object.keys(stock.jails), ...filters] : filters)
      problems.push(
        error(
          'F2B011',
          own.filter === undefined ? path : [...path, 'filter'],
          `fail2ban on ${context.inventory.release} has no filter '${filter}'`,
          near === undefined ? `bring /etc/fail2ban/filter.d/${filter}.conf by 'files'` : `did you mean '${near}'?`,
        ),
      )
    }
  }
  problems.push(...keywordProblems(own, path, context))
  if (name === 'sshd' && own.port !== undefined) {
    const { port } = context.spec.ssh
    const watches = jailWatches(String(own.port), port, servicesOf(context.inventory.root))
    const found = watches === undefined ? `'${own.port}' is not a list of ports` : `the jail watches port ${own.port}`
    const why = `${found}, sshd listens on ${port}`
    if (watches !== true) problems.push(error('F2B015', [...path, 'port'], why, 'leave it out: it follows ssh.port'))
  }
  return problems.length > 0 || isOff(own) ? problems : logProblems(name, own, path, context)
}

/** Words that are not settings of a jail, and values that fail2ban would not take. @param path where they stand */
export function keywordProblems(own: Settings, path: SpecPath, context: Context): Problem[] {
  const stock = fail2banStock(context.inventory.release)
  const problems: Problem[] = []
  for (const [keyword, value] of Object.entries(own)) {
    const at = [...path, keyword]
    if (!JAIL_KEYWORDS.includes(keyword)) {
      const near = suggest(keyword, JAIL_KEYWORDS)
      const hint = near === undefined ? 'fail2ban would ignore it' : `fail2ban would ignore it; did you mean '${near}'?`
      problems.push(error('F2B012', at, `'${keyword}' is not a setting of a jail`, hint))
      continue
    }
    const refused = refusal(ini, String(value))
    if (refused !== undefined) problems.push(error('F2B013', at, `the value ${refused}`))
    else if (
      /^(action|banaction)/.test(keyword) &&
      !known('action.d', stock.actions, context).includes(baseName(String(value)))
    ) {
      const near = suggest(baseName(String(value)), stock.actions)
      problems.push(
        error('F2B014', at, `fail2ban has no such action`, near === undefined ? undefined : `did you mean '${near}'?`),
      )
    }
  }
  return problems
}

function isOff(own: Settings): boolean {
  return own.enabled !== undefined && !/^(true|yes|on|1)$/i.test(String(own.enabled))
}

/** A file jail whose file is not there keeps fail2ban from starting ("Have not found any log file"). */
function logProblems(name: string, own: Settings, path: SpecPath, context: Context): Problem[] {
  if (readsJournal(name, own, context)) return []
  const stock = fail2banStock(context.inventory.release)
  const files = own.logpath === undefined ? (stock.jails[name] ?? []) : String(own.logpath).split(/\s+/)
  if (files.length === 0) {
    return [
      {
        severity: 'error',
        code: 'F2B016',
        path,
        message: `the jail '${name}' has nothing to read`,
        hint: 'give it a logpath, or a journalmatch',
      },
    ]
  }
  if (files.some((file) => file === '/var/log/fail2ban.log' || willExist(file, context))) return []
  const later = context.spec.packages.install.length > 0
  return [
    {
      severity: later ? 'warning' : 'error',
      code: 'F2B017',
      path,
      message: `the jail '${name}' reads ${files.join(' and ')}, and the image has no such file: fail2ban would not start`,
      hint: later
        ? 'it starts if one of packages.install makes the file'
        : 'install what writes it (packages.install), or give the jail a journalmatch',
    },
  ]
}

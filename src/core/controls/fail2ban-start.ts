import type { Problem, SpecPath } from '../../base/report/report.ts'
import type { Fail2banDevice } from '../../device/fail2ban/files.ts'
import { type Fault, startOf } from '../../device/fail2ban/starts.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Context } from './control.ts'
import { namesOfJails } from './fail2ban-jails.ts'
import { fail2banStandIns } from './fail2ban-stand-ins.ts'

/**
 * What keeps fail2ban, or one of its jails, from starting on the finished device, in fail2ban's own words: files of the
 * image and of the spec's `files` are read with what pibake writes.
 *
 * @param finished gives the root partition with the plan over it
 * @param problems those that are found already: what the spec says wrongly is not said twice
 */
export function fail2banStartProblems(context: Context, finished: () => Tree, problems: readonly Problem[]): Problem[] {
  const isWrong = problems.some(({ code, severity }) => code.startsWith('F2B') && severity === 'error')
  if (!context.spec.fail2ban.enabled || isWrong) return []
  const root = finished()
  const { failure, missing, skipped } = startOf(deviceOf(context, root))
  const isSaid = ({ jail = '' }: Fault) => problems.some(({ code, path }) => code === 'F2B017' && path.includes(jail))
  return [
    ...(failure === undefined ? [] : [stopped(failure, context)]),
    ...missing.filter((fault) => !isSaid(fault)).map((fault) => withoutLog(fault, context, root)),
    ...skipped.map((fault) => passedOver(fault, context)),
  ]
}

function deviceOf({ inventory, spec }: Context, root: Tree): Fail2banDevice {
  const { release, packages } = inventory
  const hasSyslog = packages.has('rsyslog') || spec.packages.install.includes('rsyslog')
  return {
    root,
    release,
    standIns: packages.has('fail2ban') ? new Map() : fail2banStandIns(release),
    madeLater: (path) => path === OWN_LOG || (hasSyslog && SYSLOG.includes(path)),
  }
}

/** The package makes it when it is installed. */
const OWN_LOG = '/var/log/fail2ban.log'
/** Debian's rsyslog.conf, both releases. */
const SYSLOG = ['syslog', 'auth.log', 'cron.log', 'kern.log', 'mail.log', 'user.log'].map((name) => `/var/log/${name}`)

function stopped(fault: Fault, context: Context): Problem {
  return {
    severity: 'error',
    code: 'F2B019',
    path: pathOf(fault, context),
    message: `${placeOf(fault)}fail2ban would not start${reasonOf(fault)}`,
    hint: 'no jail guards then; put the file right, or leave it out',
  }
}

/** A log in a folder that something of the image has made for it may be written before fail2ban is started again. */
function withoutLog(fault: Fault, context: Context, finished: Tree): Problem {
  const isLater = context.spec.packages.install.length > 0 || fault.logs.some((log) => hasFolder(finished, log))
  return {
    severity: isLater ? 'warning' : 'error',
    code: 'F2B019',
    path: pathOf(fault, context),
    message: `${placeOf(fault)}fail2ban would not start${reasonOf(fault)} (${fault.logs.join(', ')})`,
    hint: isLater
      ? 'it starts once something has made the file'
      : `switch the jail off, have it read the journal, or bring the file by 'files'`,
  }
}

function hasFolder(root: Tree, log: string): boolean {
  const folder = log.slice(0, log.lastIndexOf('/'))
  return folder !== '/var/log' && !/[*?[]/.test(folder) && root.lstat(folder)?.kind === 'directory'
}

function passedOver(fault: Fault, context: Context): Problem {
  const isWanted = namesOfJails(context.spec).includes(fault.jail ?? '')
  return {
    severity: isWanted ? 'error' : 'warning',
    code: 'F2B020',
    path: pathOf(fault, context),
    message: `${placeOf(fault)}fail2ban would pass over the jail '${fault.jail}'${reasonOf(fault)}`,
    hint: 'put the file right, or switch the jail off',
  }
}

/** The file of the spec that is at fault, or the jail, or fail2ban as a whole. */
function pathOf({ at, jail }: Fault, { spec }: Context): SpecPath {
  const index = spec.files.findIndex(({ path }) => path === at?.file)
  if (index !== -1) return ['files', index]
  return jail !== undefined && spec.fail2ban.jails[jail] !== undefined ? ['fail2ban', 'jails', jail] : ['fail2ban']
}

function placeOf({ at }: Fault): string {
  return at === undefined ? '' : `${at.file}:${at.line}: `
}

/** fail2ban's words, on one line; they do not say which option they are about. */
function reasonOf({ message, option }: Fault): string {
  return `${option === undefined ? '' : `, for its ${option}`}: ${message.replace(/\s*\n\s*/g, ' ')}`
}

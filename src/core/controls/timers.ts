import { shellWords } from '../../base/encode/shell-words.ts'
import type { SpecPath } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import type { Operation } from '../plan/operation.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { accountsAfter } from './owners.ts'
import { absent, rootFile } from './root-file.ts'

const ETC = '/etc/systemd/system'
const OURS = /^pibake-timer-.*\.(service|timer)$/

/** Jobs of the owner: a service that is run once, and a timer that starts it (systemd.timer(5)). */
export const timers: Control = { name: 'timers', compile }

type Timer = Context['spec']['services']['timers'][number]

function compile(context: Context): Contribution {
  const { timers: wanted } = context.spec.services
  const files = wanted.flatMap((timer, i) => pair(timer, ['services', 'timers', i], context))
  return {
    operations: [...files, ...stale(files, context)],
    units: wanted.map(({ name }, i) => ({
      unit: `pibake-timer-${name}.timer`,
      state: 'enabled',
      origin: context.because(['services', 'timers', i], 'a job of the spec'),
    })),
    problems: wanted.flatMap((timer, i) => [
      ...programProblems(timer, ['services', 'timers', i, 'run'], context),
      ...userProblems(timer, ['services', 'timers', i, 'user'], context),
    ]),
  }
}

function pair(timer: Timer, path: SpecPath, context: Context): Operation[] {
  const { name, run, user, onCalendar, catchUp } = timer
  const origin = context.because(path, `the job ${name} of the spec`)
  const of = (key: keyof Timer, value: string, reason: string) =>
    new Traced(value, context.because([...path, key], reason))
  const unit = `${ETC}/pibake-timer-${name}`
  const template = `${ETC}/pibake-timer-NAME`
  return [
    rootFile(
      `${unit}.service`,
      { name, user: of('user', user, 'who runs it'), run: of('run', run, 'what is run') },
      origin,
      { template: `${template}.service` },
    ),
    rootFile(
      `${unit}.timer`,
      {
        name,
        onCalendar: of('onCalendar', onCalendar, 'when it is run'),
        catchUp: of('catchUp', catchUp ? 'true' : 'false', 'what becomes of a run that was missed'),
      },
      origin,
      { template: `${template}.timer` },
    ),
  ]
}

/** Jobs of an earlier spec go, with the links that start them. */
function stale(files: readonly Operation[], { inventory, because }: Context): Operation[] {
  const origin = because(['services', 'timers'], 'not a job of this spec')
  const links = `${ETC}/timers.target.wants`
  const there = [ETC, links].flatMap((folder) =>
    inventory.root.list(folder).flatMap((name) => (OURS.test(name) ? [{ folder, name }] : [])),
  )
  return there
    .filter(({ name }) => !files.some(({ path }) => path === `${ETC}/${name}`))
    .map(({ folder, name }) => absent(`${folder}/${name}`, origin))
}

/** A timer whose program is not there fails each time, and nobody sees it. */
function programProblems({ run }: Timer, path: SpecPath, { spec, inventory }: Context): Contribution['problems'] & {} {
  const program = shellWords(run)?.[0] ?? ''
  const own = spec.files.find((file) => file.path === program)
  const entry = inventory.root.lstat(inventory.root.resolve(program))
  const mode = own?.mode ?? (entry?.kind === 'file' ? entry.mode : undefined)
  if (mode !== undefined && (mode & 0o111) !== 0) return []
  if (mode !== undefined) {
    const hint = own === undefined ? 'name a program' : `give it in files: mode: "0755"`
    return [
      { severity: 'error', code: 'SVC021', path, message: `${program} may not be run: it has no x in its mode`, hint },
    ]
  }
  if (spec.packages.install.length > 0 || spec.packages.debs.length > 0) return []
  const hint = 'a program of the image, of files, or of a package of the spec'
  return [{ severity: 'error', code: 'SVC021', path, message: `the device will have no ${program}`, hint }]
}

function userProblems({ user }: Timer, path: SpecPath, context: Context): Contribution['problems'] & {} {
  const names = accountsAfter(context).passwd.map(({ name }) => name)
  if (user === 'root' || names.includes(user)) return []
  const near = suggest(user, names)
  const hint = near === undefined ? 'an account of the image or of users' : `did you mean '${near}'?`
  return [{ severity: 'error', code: 'SVC021', path, message: `the device will have no user '${user}'`, hint }]
}

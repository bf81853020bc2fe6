import type { Problem } from '../../base/report/report.ts'
import { file, type Operation } from '../plan/operation.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootDirectory, rootFile, secretFile, staleOnly } from './root-file.ts'

/** Who is notified of what happens on the device: a program that a timer starts, and what it reads. */
export const alerts: Control = { name: 'alerts', compile }

const ASK = '/etc/pibake/alerts'
const PROGRAM = '/usr/lib/pibake/alerts'
const UNITS = ['service', 'timer'].map((kind) => `/etc/systemd/system/pibake-alerts.${kind}`)

function compile(context: Context): Contribution {
  const { spec, inventory, because } = context
  const { to, webhook } = spec.alerts
  const origin = because(['alerts'], 'the owner is notified of what happens on the device')
  const paths = [...['about', 'to', 'webhook'].map((name) => `${ASK}/${name}`), PROGRAM, ...UNITS]
  if (to.length === 0 && webhook === undefined)
    return { operations: staleOnly(inventory.root, [...paths, ASK], origin) }
  const operations: Operation[] = [
    rootDirectory(ASK, origin),
    rootFile(PROGRAM, {}, origin, { mode: 0o755 }),
    ...UNITS.map((unit) => rootFile(unit, { mails: to.length > 0 }, origin)),
    lines('about', subjectsOf(context), context),
    ...(to.length === 0 ? [] : [lines('to', to, context)]),
    ...(webhook === undefined
      ? []
      : [secretFile(`${ASK}/webhook`, `${webhook.reveal()}\n`, because(['alerts', 'webhook'], 'where requests go'))]),
  ]
  const written = new Set(operations.map(({ path }) => path))
  return {
    operations: [
      ...operations,
      ...staleOnly(
        inventory.root,
        paths.filter((path) => !written.has(path)),
        origin,
      ),
    ],
    units: [{ unit: 'pibake-alerts.timer', state: 'enabled', origin }],
    packages:
      webhook === undefined ? [] : ['ca-certificates', 'curl'].map((name) => ({ name, action: 'install', origin })),
    problems: mailProblems(context),
  }
}

/** What is reported beside the first start and security updates that wait. */
function subjectsOf({ spec }: Context): string[] {
  return [...(spec.fail2ban.enabled && spec.fail2ban.mail ? ['bans'] : []), ...(spec.updates.mail ? ['upgrades'] : [])]
}

function lines(name: string, values: readonly string[], { because }: Context): Operation {
  const origin = because(
    name === 'to' ? ['alerts', 'to'] : ['alerts'],
    name === 'to' ? 'who gets mail' : 'what is reported',
  )
  return file(`${ASK}/${name}`, new TextEncoder().encode(values.map((value) => `${value}\n`).join('')), { origin })
}

/** Packages of Debian that bring /usr/sbin/sendmail. */
const MAILERS = [
  'dma',
  'exim4',
  'exim4-daemon-heavy',
  'exim4-daemon-light',
  'msmtp-mta',
  'nullmailer',
  'opensmtpd',
  'postfix',
]

function mailProblems({ spec, inventory }: Context): Problem[] {
  const { to, webhook } = spec.alerts
  const mails = spec.packages.install.some((name) => MAILERS.includes(name)) || spec.packages.debs.length > 0
  if (to.length === 0 || mails || inventory.root.lstat('/usr/sbin/sendmail') !== undefined) return []
  return [
    {
      severity: webhook === undefined ? 'error' : 'warning',
      code: 'ALR003',
      path: ['alerts', 'to'],
      message: 'the device has no program that sends mail',
      hint: 'packages.install: [msmtp-mta] with its /etc/msmtprc by files, or alerts.webhookFile',
    },
  ]
}

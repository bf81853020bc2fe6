import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** What sudo does beside its rules, which have a file of their own: a log, and for how long a password counts (sudoers(5)). */
export const sudoSettings: Control = { name: 'sudo settings', compile }

const FILE = '/etc/sudoers.d/zz-pibake-settings'
const ROTATION = '/etc/logrotate.d/pibake-sudo'

function compile(context: Context): Contribution {
  const { log, minutes } = context.spec.hardening.sudo
  const { root } = context.inventory
  const because = (key: string, reason: string) => context.because(['hardening', 'sudo', key], reason)
  const logged = because('log', 'what is done as root can be read later')
  const short = because('minutes', 'a terminal that is left is soon shut')
  const data = {
    log: log ? logged : undefined,
    minutes: minutes === undefined ? undefined : new Traced(String(minutes), short),
  }
  const isEmpty = data.log === undefined && data.minutes === undefined
  return {
    operations: [
      ...(isEmpty ? staleOnly(root, [FILE], logged) : [rootFile(FILE, data, logged, { mode: 0o440 })]),
      ...(log
        ? [rootFile(ROTATION, {}, because('log', 'the log may not fill the card'))]
        : staleOnly(root, [ROTATION], logged)),
    ],
  }
}

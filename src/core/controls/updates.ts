import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'

const UNATTENDED = '/etc/apt/apt.conf.d/52pibake-unattended-upgrades'
const SERVICE = '/etc/systemd/system/pibake-sshd-upgrade.service'
const TIMER = '/etc/systemd/system/pibake-sshd-upgrade.timer'

/** Security updates while the device is in use; what the first start upgrades is the first-boot control's. */
export const updates: Control = { name: 'updates', compile }

function compile(context: Context): Contribution {
  const unattended = unattendedUpgrades(context)
  const daily = sshServerDaily(context)
  return {
    operations: [...(unattended.operations ?? []), ...(daily.operations ?? [])],
    units: daily.units ?? [],
    packages: unattended.packages ?? [],
    notes: unattended.notes ?? [],
  }
}

function unattendedUpgrades(context: Context): Contribution {
  const { unattended, reboot } = context.spec.updates
  const origin = context.because(
    ['updates', 'unattended'],
    unattended ? 'security updates come in daily' : 'the owner updates by hand',
  )
  const file = rootFile(
    UNATTENDED,
    {
      daily: new Traced(unattended ? 1 : 0, origin),
      unattended,
      reboot:
        reboot === undefined
          ? undefined
          : new Traced(reboot, context.because(['updates', 'reboot'], 'a new kernel runs after this time of day')),
      noReboot: context.because(['updates', 'reboot'], 'the device never restarts by itself'),
    },
    origin,
  )
  if (!unattended) return { operations: [file] }
  const raspbian = context.inventory.architecture === 'armhf'
  return {
    operations: [file],
    packages: [{ name: 'unattended-upgrades', action: 'install', origin }],
    notes: raspbian
      ? [
          {
            severity: 'info',
            message: 'Raspbian has no security suite: security updates come with all others, and later than in Debian',
            origin,
          },
        ]
      : [],
  }
}

function sshServerDaily(context: Context): Contribution {
  const wanted = context.spec.updates.sshServerDaily
  const origin = context.because(
    ['updates', 'sshServerDaily'],
    wanted ? 'the one program that faces the network is upgraded daily, whatever else is' : 'no timer of its own',
  )
  if (!wanted) return { operations: [absent(SERVICE, origin), absent(TIMER, origin)] }
  return {
    operations: [rootFile(SERVICE, {}, origin), rootFile(TIMER, {}, origin)],
    units: [{ unit: 'pibake-sshd-upgrade.timer', state: 'enabled', origin }],
  }
}

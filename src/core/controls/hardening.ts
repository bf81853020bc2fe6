import { directory, type Operation, symlink } from '../plan/operation.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'

/** AppArmor, core dumps and the journal; sysctl, modules and console have controls of their own. */
export const hardening: Control = { name: 'hardening', compile }

const JOURNAL = '/etc/systemd/journald.conf.d/99-zz-pibake.conf'
const CORE_DUMPS = [
  '/etc/security/limits.d/99-zz-pibake.conf',
  '/etc/systemd/coredump.conf.d/99-zz-pibake.conf',
  '/etc/systemd/system.conf.d/99-zz-pibake.conf',
] as const

function compile(context: Context): Contribution {
  const armor = appArmor(context)
  return {
    operations: [...coreDumps(context), ...journal(context)],
    cmdline: armor.cmdline ?? [],
    packages: armor.packages ?? [],
    units: armor.units ?? [],
  }
}

/**
 * The kernel of Raspberry Pi OS has AppArmor built in and no LSM chosen (CONFIG_LSM=""). `security=` adds AppArmor to
 * whatever the kernel chooses; `lsm=` would replace it, and makes the kernel ignore `security=`.
 */
function appArmor(context: Context): Contribution {
  if (!context.spec.hardening.appArmor) return {}
  const origin = context.because(['hardening', 'appArmor'], 'AppArmor is in the kernel, but off')
  return {
    cmdline: [
      { remove: /apparmor=0|security=.*|lsm=.*/, origin },
      { add: 'apparmor=1', origin },
      { add: 'security=apparmor', origin },
    ],
    packages: [{ name: 'apparmor', action: 'install', origin }],
    units: [{ unit: 'apparmor.service', state: 'enabled', origin }],
  }
}

function coreDumps(context: Context): NonNullable<Contribution['operations']> {
  const allowed = context.spec.hardening.coreDumps
  const reason = allowed ? 'core dumps are as in the image' : 'a core dump holds what the program held, keys among it'
  const origin = context.because(['hardening', 'coreDumps'], reason)
  return CORE_DUMPS.map((path) => (allowed ? absent(path, origin) : rootFile(path, {}, origin)))
}

function journal(context: Context): NonNullable<Contribution['operations']> {
  const { storage, maxUse, forward } = context.spec.hardening.journal
  const origin = context.because(['hardening', 'journal', 'storage'], `the journal is ${storage}`)
  if (storage === 'image') return [absent(JOURNAL, origin)]
  const persistent = storage === 'persistent'
  const bound = context.because(['hardening', 'journal', 'maxUse'], 'the journal may not fill the card, or the memory')
  const file = rootFile(
    JOURNAL,
    {
      storage: new Traced(storage, origin),
      limit: persistent ? 'SystemMaxUse' : 'RuntimeMaxUse',
      maxUse: new Traced(maxUse, bound),
      forward:
        forward === 'no'
          ? context.because(['hardening', 'journal', 'forward'], 'the journal is not kept twice')
          : undefined,
    },
    origin,
  )
  const group = context.inventory.accounts.group.find((entry) => entry.name === 'systemd-journal')
  const own = [file, ...syslogDropIn(context)]
  if (!persistent || group === undefined) return own
  // As systemd's own tmpfiles.d has it: new files get the group, whose members may read them.
  const owner = { uid: 0, gid: group.gid }
  return [...own, directory('/var/log/journal', { mode: 0o2755, owner, origin })]
}

/** Trixie's, which sorts after ours: a link of its name to nowhere takes its place (systemd.conf(5)). */
const SYSLOG = 'journald.conf.d/syslog.conf'

function syslogDropIn({ spec, inventory: { root }, because }: Context): Operation[] {
  const origin = because(['hardening', 'journal', 'forward'], 'what Debian sends on to a syslog daemon stays here')
  const place = `/etc/systemd/${SYSLOG}`
  const entry = root.lstat(place)
  const isMasked = entry?.kind === 'symlink' && entry.target === '/dev/null'
  if (spec.hardening.journal.forward === 'image') return isMasked ? [absent(place, origin)] : []
  const isThere = root.lstat(`/usr/lib/systemd/${SYSLOG}`) !== undefined && (entry === undefined || isMasked)
  return isThere ? [symlink(place, '/dev/null', { origin })] : []
}

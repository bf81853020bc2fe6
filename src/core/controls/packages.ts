import type { Problem } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { neededBy } from '../../device/formats/dependencies.ts'
import { readPackages } from '../../device/inspect/packages.ts'
import type { Note, PackageRequest } from '../plan/request.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'

/** Packages that come and go at the first start, and those that must not go. */
export const packages: Control = { name: 'packages', compile }

/** Without these nobody gets in, or the device does not start. A word ending in `-` is a prefix. */
const ALWAYS_KEPT =
  `apt base-files bash coreutils dash dbus dpkg e2fsprogs init initramfs-tools kmod libc-bin linux-image-
  login mount netbase network-manager nftables passwd raspberrypi-sys-mods raspi-firmware raspi-utils sudo systemd
  systemd-sysv udev util-linux`.split(/\s+/)

function compile(context: Context): Contribution {
  const { install, remove } = context.spec.packages
  const problems: Problem[] = []
  const notes: Note[] = []
  const requests: PackageRequest[] = []
  install.forEach((name, i) => {
    const origin = context.because(['packages', 'install', i], 'the spec wants it installed')
    requests.push({ name, action: 'install', origin })
  })
  const kept = remove.length === 0 ? new Map<string, string>() : keptPackages(context)
  remove.forEach((name, i) => {
    const path = ['packages', 'remove', i]
    const origin = context.because(path, 'the spec wants it removed')
    if (origin.default !== null && !context.inventory.packages.has(name)) return
    const reason = kept.get(name)
    if (reason !== undefined) {
      problems.push({ severity: 'error', code: 'PKG002', path, message: `'${name}' cannot be removed: ${reason}` })
    } else {
      requests.push({ name, action: 'remove', origin })
      if (!context.inventory.packages.has(name)) notes.push(notThere(name, origin, context))
    }
  })
  return { packages: requests, problems, notes }
}

function notThere(name: string, origin: Note['origin'], context: Context): Note {
  const near = suggest(name, [...context.inventory.packages.keys()])
  const hint = near === undefined ? '' : `; did you mean '${near}'?`
  return {
    severity: near === undefined ? 'info' : 'warning',
    message: `the image has no package '${name}'${hint}`,
    origin,
  }
}

/** Package → why it stays. Removing a package takes along all that need it, so what a kept one needs is kept too. */
function keptPackages(context: Context): Map<string, string> {
  const installed = readPackages(context.inventory.root)
  const kept = new Map<string, string>()
  for (const [name, why] of wantedBy(context.spec)) kept.set(name, why)
  for (const word of ALWAYS_KEPT) {
    const names = word.endsWith('-') ? [...installed.keys()].filter((name) => name.startsWith(word)) : [word]
    for (const name of names) kept.set(name, 'the device would not start, or nobody would get in')
  }
  for (const [name, { essential }] of installed) if (essential) kept.set(name, 'it is essential')
  for (const [name, by] of neededBy(installed, kept.keys())) {
    if (!kept.has(name)) kept.set(name, `${by} needs it and would be removed too`)
  }
  return kept
}

/** What other parts of the spec need. */
function wantedBy({
  ssh,
  firewall,
  fail2ban,
  updates,
  hardening,
  network,
}: Spec): readonly (readonly [string, string])[] {
  const needs: readonly (readonly [boolean, readonly string[], string])[] = [
    [ssh.enabled, ['openssh-server', 'libpam-systemd'], 'ssh.enabled'],
    [firewall.enabled, ['ufw', 'iptables'], 'firewall.enabled'],
    [fail2ban.enabled, ['fail2ban', 'python3-systemd'], 'fail2ban.enabled'],
    [updates.unattended, ['unattended-upgrades'], 'updates.unattended'],
    [hardening.appArmor, ['apparmor'], 'hardening.appArmor'],
    [network.wifi !== undefined, ['wpasupplicant', 'firmware-brcm80211'], 'network.wifi'],
  ]
  return needs.flatMap(([wanted, names, key]) =>
    wanted ? names.map((name) => [name, `${key} needs it`] as const) : [],
  )
}

import type { References } from './referenced-files.ts'
import { resolveAlerts } from './resolve-alerts.ts'
import { resolveAuthorities } from './resolve-certificates.ts'
import { resolveFail2ban } from './resolve-fail2ban.ts'
import { resolveFiles, resolveScripts } from './resolve-files.ts'
import { resolveMounts } from './resolve-mounts.ts'
import { resolvePackageFiles } from './resolve-packages.ts'
import { resolveSources } from './resolve-sources.ts'
import { resolveUserCA } from './resolve-user-ca.ts'
import { resolveUsers } from './resolve-users.ts'
import { resolveWifi } from './resolve-wifi.ts'
import type { FilledSpec, WrittenSpec } from './schema.ts'

/**
 * Reads the files that the spec names, and fills in the defaults that depend on other keys. What goes wrong is in
 * `references.problems`.
 */
export function resolve(given: FilledSpec, written: WrittenSpec, references: References) {
  const filled = given.network.none ? withoutNetwork(given, written) : given
  const { device, ssh, firewall, packages, network, firstBoot } = filled
  const users = resolveUsers(filled.users, references)
  const userCA = ssh.userCA && resolveUserCA(ssh.userCA, filled.users, references)
  const canLogIn = ({ name, authorizedKeys, passwordHash }: (typeof users)[number]) =>
    authorizedKeys.length > 0 ||
    (userCA?.principals.get(name) ?? []).length > 0 ||
    (ssh.passwordAuthentication && passwordHash !== undefined)
  const sshRule = ssh.enabled ? [`limit ${ssh.port}/tcp comment 'ssh'`] : []
  return {
    ...filled,
    device: { ...device, caCertificates: resolveAuthorities(device.caCertificates, references) },
    users,
    ssh: { ...ssh, userCA, allowUsers: ssh.allowUsers ?? users.filter(canLogIn).map(({ name }) => name) },
    firewall: { ...firewall, rules: firewall.rules ?? sshRule },
    hardening: { ...filled.hardening, lockout: lockoutOf(filled, written) },
    fail2ban: resolveFail2ban(filled, written),
    packages: {
      ...packages,
      debs: resolvePackageFiles(packages.debs, references),
      sources: resolveSources(packages.sources, references),
    },
    network: { ...network, wifi: network.wifi && resolveWifi(network.wifi, references) },
    alerts: resolveAlerts(filled.alerts, references),
    files: resolveFiles(filled.files, references),
    mounts: resolveMounts(filled.mounts, references),
    firstBoot: { scripts: resolveScripts(firstBoot.scripts, references) },
  }
}

/** What needs a network is off by default where there is none. */
function withoutNetwork(filled: FilledSpec, written: WrittenSpec): FilledSpec {
  const { ssh, updates, hardware, packages } = filled
  return {
    ...filled,
    ssh: { ...ssh, enabled: written.ssh?.enabled ?? false },
    hardware: { ...hardware, wifi: 'off', bluetooth: 'off' },
    updates: {
      ...updates,
      unattended: written.updates?.unattended ?? false,
      sshServerDaily: written.updates?.sshServerDaily ?? false,
      // What the image carries needs no network.
      firstBoot: packages.bundle ? updates.firstBoot : (written.updates?.firstBoot ?? 'none'),
    },
  }
}

/** Where strangers may try passwords by SSH, no profile lets them shut the owner out. */
function lockoutOf({ ssh, hardening }: FilledSpec, written: WrittenSpec): FilledSpec['hardening']['lockout'] {
  const isAsked = written.hardening?.lockout?.tries !== undefined
  return ssh.passwordAuthentication && !isAsked ? { ...hardening.lockout, tries: 0 } : hardening.lockout
}

import { type Defaults, profiles } from './profiles.ts'
import type { References } from './referenced.ts'
import { resolveFiles, resolveScripts, resolveWifi } from './resolve-files.ts'
import { resolvePackageFiles } from './resolve-packages.ts'
import { resolveUsers } from './resolve-users.ts'
import type { RawSpec } from './schema.ts'
import type { Fail2ban, Firewall, Hardening, Spec, Ssh, User } from './spec.ts'

/** Fills in the defaults of the profile and the files that the spec names. What goes wrong is in `references.problems`. */
export function resolve(raw: RawSpec, references: References): Spec {
  const profile = raw.profile ?? 'standard'
  const defaults = profiles[profile]
  const users = resolveUsers(raw.users ?? [], references)
  const ssh = resolveSsh(raw, defaults, users)
  return {
    version: 1,
    profile,
    device: { hostname: undefined, timezone: undefined, locale: undefined, keyboard: undefined, ...known(raw.device) },
    users,
    defaultUser: raw.defaultUser ?? 'remove',
    removeHome: raw.removeHome ?? false,
    ssh,
    firewall: resolveFirewall(raw, defaults, ssh),
    fail2ban: resolveFail2ban(raw, defaults, ssh),
    updates: { ...defaults.updates, ...known(raw.updates) },
    packages: {
      ...defaults.packages,
      ...known(raw.packages),
      debs: resolvePackageFiles(raw.packages?.debs ?? [], references),
    },
    services: { ...defaults.services, ...known(raw.services) },
    hardware: { ...defaults.hardware, ...known(raw.hardware) },
    hardening: resolveHardening(raw, defaults),
    network: { wifi: resolveWifi(raw.network?.wifi, references) },
    files: resolveFiles(raw.files ?? [], references),
    firstBoot: { scripts: resolveScripts(raw.firstBoot?.scripts ?? [], references) },
  }
}

type Known<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

/** The keys that a section gives a value; the others must not overwrite a default with `undefined`. */
function known<T extends object>(section: T | null | undefined): Partial<Known<T>> {
  return Object.fromEntries(Object.entries(section ?? {}).filter(([, value]) => value !== undefined)) as Partial<
    Known<T>
  >
}

function resolveSsh(raw: RawSpec, defaults: Defaults, users: readonly User[]): Ssh {
  const { settings, ...rest } = known(raw.ssh)
  const ssh = { denyUsers: [], ...defaults.ssh, ...rest }
  const canLogIn = (user: User) =>
    user.authorizedKeys.length > 0 || (ssh.passwordAuthentication && user.passwordHash !== undefined)
  return {
    ...ssh,
    allowUsers: rest.allowUsers ?? users.filter(canLogIn).map((user) => user.name),
    settings: Object.fromEntries(Object.entries(settings ?? {}).map(([keyword, value]) => [keyword, String(value)])),
  }
}

function resolveFirewall(raw: RawSpec, defaults: Defaults, ssh: Ssh): Firewall {
  const { rules, ...rest } = known(raw.firewall)
  const sshRule = ssh.enabled ? [`limit ${ssh.port}/tcp comment 'ssh'`] : []
  return { ...defaults.firewall, ...rest, rules: rules ?? sshRule }
}

function resolveFail2ban(raw: RawSpec, defaults: Defaults, ssh: Ssh): Fail2ban {
  const { jails = {}, ignoreip = [], ...rest } = known(raw.fail2ban)
  // Without an SSH server there is nothing for these two to watch; the owner's own jails stay.
  const own = ssh.enabled ? defaults.fail2ban.jails : {}
  const names = [...new Set([...Object.keys(own), ...Object.keys(jails)])]
  return {
    ...defaults.fail2ban,
    ...rest,
    ignoreip: [...new Set([...defaults.fail2ban.ignoreip, ...ignoreip])],
    jails: Object.fromEntries(names.map((name) => [name, { ...own[name], ...jails[name] }])),
  }
}

function resolveHardening(raw: RawSpec, defaults: Defaults): Hardening {
  const { sysctl = {}, journal, ...rest } = known(raw.hardening)
  const merged = Object.entries({ ...defaults.hardening.sysctl, ...sysctl })
  return {
    ...defaults.hardening,
    ...rest,
    sysctl: Object.fromEntries(
      merged.filter(([, value]) => value !== null).map(([key, value]) => [key, String(value)]),
    ),
    journal: { ...defaults.hardening.journal, ...known(journal) },
  }
}

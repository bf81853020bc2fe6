import type { FilledSpec, WrittenSpec } from './schema.ts'

type Settings = FilledSpec['fail2ban']['jails'][string]

/** The name under which jail.local has what holds for every jail (jail.conf(5)). */
const ALL = 'DEFAULT'

/**
 * fail2ban with `jails.DEFAULT` apart, as `defaults`. What it sets counts for sshd too, unless the spec sets that jail
 * otherwise: the numbers that pibake gives sshd are defaults themselves.
 */
export function resolveFail2ban(filled: FilledSpec, written: WrittenSpec) {
  const { fail2ban, ssh } = filled
  // Without an SSH server there is nothing for the default jails to watch; the owner's own stay.
  const all: Readonly<Record<string, Settings>> = ssh.enabled ? fail2ban.jails : (written.fail2ban?.jails ?? {})
  const { [ALL]: defaults = {}, ...jails } = all
  const own = written.fail2ban?.jails?.sshd ?? {}
  const isOwn = ([keyword]: readonly [string, unknown]) =>
    !Object.hasOwn(defaults, keyword) || Object.hasOwn(own, keyword)
  const sshd: Settings | undefined = jails.sshd && Object.fromEntries(Object.entries(jails.sshd).filter(isOwn))
  const apart: Readonly<Record<string, Settings>> = sshd === undefined ? jails : { ...jails, sshd }
  return { ...fail2ban, defaults, jails: apart }
}

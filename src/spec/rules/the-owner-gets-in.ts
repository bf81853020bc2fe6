import type { AccountFacts } from '../../access/facts.ts'
import { prove, type Shut } from '../../access/prove.ts'
import { matchPattern } from '../../sshd/patterns.ts'
import type { SpecPath } from '../report.ts'
import type { AuthorizedKey, Spec, User } from '../spec.ts'
import { judgeRules } from './firewall-rules-are-ufws.ts'
import type { Rule } from './rule.ts'

/**
 * Somebody can log in, and somebody who is to administer the device can become root: the access prover's own judgement,
 * on what the spec alone says. Ways that are shut while another is open are warnings.
 */
export const theOwnerGetsIn: Rule = {
  reads: ['users', 'ssh', 'firewall', 'defaultUser'],
  check({ spec, raw, today = '0000-00-00' }, report) {
    // Whether the stock account can log in, only the image knows.
    if (spec.users.length === 0 && spec.defaultUser === 'keep') return
    const { shut, lockouts } = prove({
      today,
      ssh: { ...spec.ssh, unreachable: undefined },
      firewall: judgeRules(spec).ssh,
      accounts: spec.users.map((user) => facts(user, spec, raw.ssh?.allowUsers === undefined)),
    })
    for (const one of lockouts) report.lockout(one.code, pathOf(one, spec), sentence(one), HINTS[one.code])
    for (const one of shut) {
      if (lockouts.includes(one)) continue
      report.warning(one.code, pathOf(one, spec), sentence(one), HINTS[one.code])
    }
  },
}

/** @param open allowUsers is not written: its default holds whoever has a way to log in */
function facts(user: User, { ssh }: Spec, open: boolean): AccountFacts {
  const named = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchPattern(user.name, pattern.replace(/@.*/, '')))
  const denied = named(ssh.denyUsers.filter((pattern) => !pattern.includes('@')))
  const hash = user.passwordHash !== undefined
  return {
    name: user.name,
    wanted: true,
    admin: user.sudo !== 'none',
    shell: { path: user.shell, usable: !/\/(nologin|false|true)$/.test(user.shell) },
    password: hash ? 'usable' : 'none',
    mustChangePassword: user.mustChangePassword,
    expires: user.expires === undefined ? undefined : dayAfter(user.expires),
    keys: user.authorizedKeys.map((key) => ({
      ...key,
      from: reach(key),
      command: key.command !== undefined,
      refused: undefined,
    })),
    strictModes: undefined,
    sshd: {
      refused: denied
        ? 'ssh.denyUsers names the account'
        : open || named(ssh.allowUsers)
          ? undefined
          : 'ssh.allowUsers does not name the account',
      keys: true,
      password: ssh.passwordAuthentication,
    },
    sudo: { root: user.sudo !== 'none', needsPassword: user.sudo === 'password' },
  }
}

/** An account is shut from a day on (shadow(5)); a spec names the last day on which it is open. */
function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}

/** sshd takes a key only from what a pattern without ! matches. */
function reach({ from }: AuthorizedKey): 'everywhere' | readonly string[] {
  return from.length === 0 ? 'everywhere' : from.filter((pattern) => !pattern.startsWith('!'))
}

const HINTS: Readonly<Record<string, string>> = {
  ACC001: 'give a user authorizedKeys, or passwordHash with ssh.passwordAuthentication: true',
  ACC004: 'give it a passwordHash, or mustChangePassword: false',
  ACC006: 'add to firewall.rules, for the port of ssh.port: limit PORT/tcp',
  ACC007: 'give it authorizedKeys',
  ACC020: 'give it a passwordHash (pibake hash-password), or choose sudo: nopasswd or sudo: none',
}

function sentence({ user, because }: Shut): string {
  return user === undefined ? because : `${user}: ${because}`
}

/** The key of the spec that shuts a way. */
function pathOf({ code, user, because }: Shut, { users }: Spec): SpecPath {
  const i = users.findIndex(({ name }) => name === user)
  if (i === -1) return ['users']
  if (code === 'ACC002') return ['users', i, 'shell']
  if (code === 'ACC003') return ['users', i, 'expires']
  if (code === 'ACC004') return ['users', i, 'mustChangePassword']
  if (code === 'ACC005') return ['ssh', because.startsWith('ssh.denyUsers') ? 'denyUsers' : 'allowUsers']
  if (code === 'ACC006') return ['firewall', 'rules']
  if (code === 'ACC020') return ['users', i, 'sudo']
  return ['users', i, ...(code === 'ACC007' ? [] : ['authorizedKeys'])]
}

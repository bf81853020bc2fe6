import type { SpecPath } from '../../../base/report/report.ts'
import { FROM_EVERYWHERE } from '../../../device/net/reach.ts'
import { matchPattern } from '../../../device/sshd/patterns.ts'
import { reachOfPatterns } from '../../../device/sshd/sources.ts'
import type { AccountFacts, KeyFacts } from '../../access/facts.ts'
import { type Blocked, prove } from '../../access/prove.ts'
import type { Spec, User } from '../../spec-file/spec.ts'
import { judgeRules } from './firewall-rules-are-ufws.ts'
import type { Rule } from './rule.ts'

/**
 * Somebody can log in, and somebody who is to administer the device can become root: the access prover's own judgement,
 * on what the spec alone says. Ways that are shut while another is open are warnings.
 */
export const theOwnerGetsIn: Rule = {
  reads: ['users', 'ssh', 'firewall', 'defaultUser'],
  check({ spec, written, today = '0000-00-00' }, report) {
    // Whether the stock account can log in, only the image knows.
    if (spec.users.length === 0 && spec.defaultUser === 'keep') return
    const { shut, lockouts } = prove({
      today,
      ssh: { ...spec.ssh, unreachable: undefined },
      gates: [
        {
          code: 'ACC006',
          reach: judgeRules(spec).ssh,
          because: `the firewall lets nobody reach port ${spec.ssh.port}`,
        },
      ],
      accounts: spec.users.map((user) => facts(user, spec, written.ssh?.allowUsers === undefined)),
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
  const hash = user.passwordHash !== undefined
  return {
    name: user.name,
    wanted: true,
    isForFiles: user.sftpOnly !== undefined,
    admin: user.sudo !== 'none',
    shell: { path: user.shell, usable: !/\/(nologin|false|true)$/.test(user.shell) },
    password: hash ? 'usable' : 'none',
    mustChangePassword: user.mustChangePassword,
    expires: user.expires === undefined ? undefined : dayAfter(user.expires),
    keys: [
      ...user.authorizedKeys.map((key) => ({
        ...key,
        from: key.from.length === 0 ? FROM_EVERYWHERE : reachOfPatterns(key.from),
        command: key.command !== undefined,
        noTerminal: key.restrict,
        refused: undefined,
      })),
      ...authorities(user, ssh),
    ],
    strictModes: undefined,
    sshd: {
      refused: isDenied(user, ssh)
        ? 'ssh.denyUsers names the account'
        : open || isNamed(user, ssh.allowUsers)
          ? undefined
          : 'ssh.allowUsers does not name the account',
      keys: true,
      password: ssh.passwordAuthentication,
      ...(user.sftpOnly !== undefined && { filesIn: user.sftpOnly }),
    },
    sudo: { root: user.sudo !== 'none', needsPassword: user.sudo === 'password' },
    rootGroups: [],
  }
}

/** By a certificate of any of them that bears one of the names. */
function authorities({ name }: User, { userCA }: Spec['ssh']): KeyFacts[] {
  const principals = userCA?.principals.get(name) ?? []
  if (userCA === undefined || principals.length === 0) return []
  return userCA.keys.map(({ type, fingerprint }) => ({
    type,
    fingerprint,
    principals,
    from: FROM_EVERYWHERE,
    expires: undefined,
    command: false,
    noTerminal: false,
    refused: undefined,
  }))
}

/** A pattern with a host denies some connections only. */
function isDenied(user: User, { denyUsers }: Spec['ssh']): boolean {
  return isNamed(
    user,
    denyUsers.filter((pattern) => !pattern.includes('@')),
  )
}

function isNamed({ name }: User, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchPattern(name, pattern.replace(/@.*/, '')))
}

/** An account is shut from a day on (shadow(5)); a spec names the last day on which it is open. */
function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}

const HINTS: Readonly<Record<string, string>> = {
  ACC001: 'give a user authorizedKeys, or passwordHash with ssh.passwordAuthentication: true',
  ACC004: 'give it a passwordHash, or mustChangePassword: false',
  ACC006: 'add to firewall.rules, for the port of ssh.port: limit PORT/tcp',
  ACC007: 'give it authorizedKeys',
  ACC020: 'give it a passwordHash (pibake hash-password), or choose sudo: nopasswd or sudo: none',
}

function sentence({ user, because }: Blocked): string {
  return user === undefined ? because : `${user}: ${because}`
}

/** The key of the spec that shuts a way. */
function pathOf({ code, user }: Blocked, { users, ssh }: Spec): SpecPath {
  const i = users.findIndex(({ name }) => name === user)
  const owner = users[i]
  if (owner === undefined) return ['users']
  if (code === 'ACC002') return ['users', i, 'shell']
  if (code === 'ACC003') return ['users', i, 'expires']
  if (code === 'ACC004') return ['users', i, 'mustChangePassword']
  if (code === 'ACC005') return ['ssh', isDenied(owner, ssh) ? 'denyUsers' : 'allowUsers']
  if (code === 'ACC006') return ['firewall', 'rules']
  if (code === 'ACC020') return ['users', i, 'sudo']
  return ['users', i, ...(code === 'ACC007' ? [] : ['authorizedKeys'])]
}

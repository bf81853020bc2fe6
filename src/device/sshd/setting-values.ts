import { isIP } from '../../base/host/addresses.ts'
import type { Release } from '../inspect/inventory.ts'
import { canonical } from './keywords.ts'
import { type Check, shaped } from './line-checks.ts'
import { splitArguments } from './tokens.ts'
import { valueRefusal } from './values.ts'

/** Keywords that another key of the spec decides, or that only the device can judge. */
const unjudged = new Set(
  `allowusers denyusers hostcertificate hostkey hostkeyagent include match pamservicename port rdomain
  securitykeyprovider sshdauthpath sshdsessionpath subsystem`.split(/\s+/),
)

/** Where what sshd takes is wider than anybody needs, or does harm. */
const stricter: Readonly<Record<string, Check>> = {
  listenaddress: (args) =>
    args.length === 1 && isIP(args[0] as string) !== 0 ? undefined : 'must be one address, without port',
  // sshd overwrites it as root.
  pidfile: shaped(/^(none|\/run\/[\w.-]+)$/, 'a file in /run, or none'),
  // A client gives up on a first line that is too long (RFC 4253, 4.2: 255 characters).
  versionaddendum: (args) => (/^[ -~]{1,100}$/.test(args.join(' ')) ? undefined : 'must be up to 100 plain characters'),
  acceptenv: (args) =>
    args.every((arg) => /^[\w*?]+$/.test(arg)) ? undefined : 'must be names or patterns of variables',
  setenv: (args) => (args.every((arg) => /^[A-Za-z_]\w*=/.test(arg)) ? undefined : 'must be NAME=value'),
  streamlocalbindmask: shaped(/^0[0-7]{3}$/, 'four octal digits'),
}

/**
 * What is wrong with a value that the spec sets; undefined: sshd starts with it, and it does no harm.
 *
 * @param keyword one for which {@link isJudged} holds
 */
export function settingRefusal(release: Release, keyword: string, value: string): string | undefined {
  const args = splitArguments(value)
  if (args.length === 0 || args.includes('')) return 'an argument is missing'
  return valueRefusal(release, keyword, args, value) ?? stricter[canonical(keyword)]?.(args, release, value)
}

/** Whether the values of a keyword can be judged at all without sshd and the device. */
export function isJudged(keyword: string): boolean {
  return !unjudged.has(canonical(keyword))
}

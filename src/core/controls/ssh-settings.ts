import { refusal } from '../../base/encode/encode.ts'
import type { Code } from '../../base/report/codes.ts'
import type { Problem } from '../../base/report/report.ts'
import { suggest } from '../../base/report/suggest.ts'
import { sshd } from '../../device/sshd/encode.ts'
import { canonical, keywordsOf, scopeOf } from '../../device/sshd/keywords.ts'
import { isJudged, settingRefusal } from '../../device/sshd/setting-values.ts'
import type { Context } from './control.ts'
import { algorithmWarning } from './ssh-algorithms.ts'

/** Keywords that follow from another key of the spec; those that it sets itself are the spec's own rule (SSH006). */
const elsewhere: Readonly<Record<string, string>> = {
  kbdinteractiveauthentication: 'ssh.passwordAuthentication',
  hostkey: 'ssh.hostKeys',
}

/** Keywords with the only values that do not open a hole, and the hole. */
const closed: Readonly<Record<string, readonly [RegExp, string]>> = {
  permitrootlogin: [/^no$/i, 'root could log in over the network'],
  permitemptypasswords: [/^no$/i, 'an account without password would be open to everybody'],
  strictmodes: [/^yes$/i, 'a key that another user has written would open the account'],
  permituserenvironment: [/^no$/i, 'a key or a file could bring environment variables that get around ForceCommand'],
  hostbasedauthentication: [/^no$/i, 'whoever has a trusted machine would be let in as anybody'],
  ignorerhosts: [/^yes$/i, '.rhosts files of users would open the device'],
  authorizedkeysfile: [/(^|\s|%h\/)\.ssh\/authorized_keys(\s|$)/, 'sshd would not read the keys of this spec'],
}

/** Keywords that are fine, with what the owner has to know. */
const risky: Readonly<Record<string, readonly [RegExp, string]>> = {
  usepam: [/^no$/i, 'without PAM an account whose password is locked with "!" cannot log in by key either'],
  authorizedkeyscommand: [/^(?!none$)/i, 'a program decides about further keys, which pibake cannot check'],
  trustedusercakeys: [/^(?!none$)/i, 'a certificate authority lets further people in, which pibake cannot check'],
  gssapiauthentication: [/^yes$/i, 'Kerberos lets further people in, which pibake cannot check'],
  kerberosauthentication: [/^yes$/i, 'Kerberos lets further people in, which pibake cannot check'],
  persourcepenalties: [/authfail|noauth|grace|min/, 'who mistypes, or only connects, is kept out for that time'],
  channeltimeout: [/session|\*/, 'a shell in which nothing moves for that time is closed'],
  logingracetime: [/^[1-9]s?$/i, 'a slow device or network may take longer than that to log somebody in'],
  maxstartups: [/^[1-4](:|$)/, 'a few strangers who connect and wait keep everybody else out'],
  persourcemaxstartups: [/^1$/, 'a second login from the same address has to wait for the first'],
  permittty: [/^no$/i, 'there is no terminal: sudo takes its password from stdin only (sudo -S)'],
  pubkeyauthoptions: [/verify-required/, 'a FIDO key that was made without "-O verify-required" is refused'],
  addressfamily: [/^inet6$/i, 'clients that have IPv4 only are not answered'],
  pubkeyauthentication: [/^no$/i, 'the keys of this spec are of no use'],
}

/** How a method that AuthenticationMethods may name is switched on; keyboard-interactive and hostbased never are. */
const methodHint: Readonly<Record<string, string>> = {
  password: 'set ssh.passwordAuthentication: true',
  any: 'set ssh.passwordAuthentication: true',
  'gssapi-with-mic': 'set GSSAPIAuthentication: "yes"',
}

/** What is wrong with `ssh.settings` for the sshd of this image. */
export function settingProblems({ spec, inventory }: Context): readonly Problem[] {
  const seen = new Map<string, string>()
  const lower = new Set(Object.keys(spec.ssh.settings).map((keyword) => keyword.toLowerCase()))
  const gssapi = Object.entries(spec.ssh.settings).find(([keyword]) => canonical(keyword) === 'gssapiauthentication')
  const isOn = (method: string) =>
    method === 'publickey' ||
    (/^(password|any)$/.test(method) && spec.ssh.passwordAuthentication) ||
    (method === 'gssapi-with-mic' && gssapi?.[1].toLowerCase() === 'yes')
  return Object.entries(spec.ssh.settings).flatMap(([keyword, value]): Problem[] => {
    const path = ['ssh', 'settings', keyword]
    const problem = (code: Code, message: string, hint?: string): Problem[] => [
      { severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) },
    ]
    const name = canonical(keyword)
    const release = inventory.release
    const scope = scopeOf(release, name)
    if (scope === undefined) {
      const near = suggest(keyword, keywordsOf(release))
      return problem(
        'SSH010',
        `the sshd of ${release} does not know '${keyword}' and would not start`,
        near === undefined ? 'see sshd_config(5)' : `did you mean '${near}'?`,
      )
    }
    if (scope === 'ignored') return problem('SSH011', `sshd ignores '${keyword}'`, 'leave it out')
    const other = seen.get(name)
    seen.set(name, keyword)
    if (other !== undefined) return problem('SSH012', `'${keyword}' and '${other}' are the same keyword`)
    const owner = elsewhere[name]
    if (owner !== undefined) return problem('SSH013', `'${keyword}' is set by ${owner}`, `use ${owner}`)
    const refused = refusal(sshd, value)
    if (refused !== undefined) return problem('SSH014', `the value ${refused}`)
    if (!isJudged(name)) {
      return problem('SSH018', `'${keyword}' cannot be checked without the device, so ssh.settings does not take it`)
    }
    const wrong = settingRefusal(release, name, value)
    if (wrong !== undefined) return problem('SSH014', `sshd may not start: the value ${wrong}`)
    if (/^authorized(keys|principals)command$/.test(name) && value !== 'none' && !lower.has(`${name}user`)) {
      return problem('SSH014', `sshd would not start: ${keyword}User is missing`, `set ${keyword}User too`)
    }
    const hole = closed[name]
    if (hole !== undefined && !hole[0].test(value)) return problem('SSH015', `this opens a hole: ${hole[1]}`)
    if (name === 'authenticationmethods') {
      const off = value.split(/[\s,]+/).find((method) => !isOn(method.replace(/:pam$/, '')))
      if (off !== undefined) return problem('SSH016', `names ${off}, which is switched off`, methodHint[off])
    }
    const risk = risky[name]
    const warned: Problem[] = risk?.[0].test(value)
      ? [{ severity: 'warning', code: 'SSH017', path, message: risk[1] }]
      : []
    return [...warned, ...algorithmWarning(release, name, value, path)]
  })
}

import { refusal } from '../encode/encode.ts'
import { sshd } from '../encode/sshd.ts'
import type { Problem } from '../spec/report.ts'
import { suggest } from '../spec/suggest.ts'
import { canonical, keywordsOf, scopeOf } from '../sshd/keywords.ts'
import { splitArguments } from '../sshd/tokens.ts'
import { valueRefusal } from '../sshd/values.ts'
import type { Context } from './control.ts'

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
  forcecommand: [/^(?!none$)/i, 'everybody gets this command in place of a shell'],
  chrootdirectory: [/^(?!none$)/i, 'everybody is confined to this directory, which root must own and fill'],
  pubkeyauthentication: [/^no$/i, 'the keys of this spec are of no use'],
}

/** What is wrong with `ssh.settings` for the sshd of this image. */
export function settingProblems({ spec, inventory }: Context): readonly Problem[] {
  const seen = new Map<string, string>()
  const lower = new Set(Object.keys(spec.ssh.settings).map((keyword) => keyword.toLowerCase()))
  return Object.entries(spec.ssh.settings).flatMap(([keyword, value]): Problem[] => {
    const path = ['ssh', 'settings', keyword]
    const problem = (code: string, message: string, hint?: string): Problem[] => [
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
    const wrong = valueRefusal(release, name, splitArguments(value))
    if (wrong !== undefined) return problem('SSH014', `sshd would not start: the value ${wrong}`)
    if (/^authorized(keys|principals)command$/.test(name) && value !== 'none' && !lower.has(`${name}user`)) {
      return problem('SSH014', `sshd would not start: ${keyword}User is missing`, `set ${keyword}User too`)
    }
    const hole = closed[name]
    if (hole !== undefined && !hole[0].test(value)) return problem('SSH015', `this opens a hole: ${hole[1]}`)
    const method = name === 'authenticationmethods' && !spec.ssh.passwordAuthentication
    if (method && /password|keyboard-interactive|any/i.test(value)) {
      return problem(
        'SSH016',
        'names a method that ssh.passwordAuthentication switches off',
        'set ssh.passwordAuthentication: true',
      )
    }
    const risk = risky[name]
    return risk?.[0].test(value) ? [{ severity: 'warning', code: 'SSH017', path, message: risk[1] }] : []
  })
}

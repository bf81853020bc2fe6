import type { Rule } from './rule.ts'

/** sshd keywords that the spec has keys for, or that belong to the drop-in's structure. */
const decided: Readonly<Record<string, string>> = {
  port: 'use ssh.port: firewall and fail2ban follow it',
  passwordauthentication: 'use ssh.passwordAuthentication',
  allowusers: 'use ssh.allowUsers',
  denyusers: 'use ssh.denyUsers',
  include: 'the image reads what lies in its /etc/ssh/sshd_config.d before pibake runs',
  match: 'a block would take in all that follows; put it into the image, as a file in /etc/ssh/sshd_config.d',
}

/** ssh.settings leaves alone what other keys decide: sshd would take the first of two values, whichever that is. */
export const settingsDoNotContradict: Rule = {
  reads: ['ssh'],
  check({ spec }, report) {
    const seen = new Set<string>()
    for (const keyword of Object.keys(spec.ssh.settings)) {
      const path = ['ssh', 'settings', keyword]
      const hint = decided[keyword.toLowerCase()]
      if (hint !== undefined) report.error('SSH006', path, `${keyword} cannot be set by ssh.settings`, hint)
      if (seen.has(keyword.toLowerCase()))
        report.error('SSH006', path, `${keyword} is set twice; sshd ignores upper and lower case`)
      seen.add(keyword.toLowerCase())
    }
  },
}

import { suggest } from '../../../base/report/suggest.ts'
import type { Rule } from './rule.ts'

/** Certificates let in users of the spec, and ssh.userCA alone says which. */
export const principalsAreOfUsers: Rule = {
  reads: ['users', 'ssh'],
  check({ spec: { users, ssh }, written }, report) {
    if (ssh.userCA === undefined) return
    const names = users.map(({ name }) => name)
    for (const name of Object.keys(written.ssh?.userCA?.principals ?? {})) {
      if (names.includes(name)) continue
      const near = suggest(name, names)
      const hint = near === undefined ? 'add the user, or take the name out' : `did you mean ${near}?`
      report.error('SSH007', ['ssh', 'userCA', 'principals', name], `there is no '${name}' in users`, hint)
    }
    for (const keyword of Object.keys(ssh.settings)) {
      if (!/^(trustedusercakeys|authorizedprincipals(file|command|commanduser))$/i.test(keyword)) continue
      const path = ['ssh', 'settings', keyword]
      report.error('SSH006', path, `${keyword} cannot be set beside ssh.userCA`, 'use ssh.userCA, or leave it out')
    }
  },
}

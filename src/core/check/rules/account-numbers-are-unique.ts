import type { SpecPath } from '../../../base/report/report.ts'
import type { Rule } from './rule.ts'

/** Every account and group of the spec has a number of its own, from the range that is meant for its kind (login.defs(5)). */
export const accountNumbersAreUnique: Rule = {
  reads: ['users', 'groups'],
  check({ spec: { users, groups } }, report) {
    groups.forEach(({ name, gid, system }, i) => {
      if (gid === undefined || gid < 1000 === system) return
      const [range, hint] = system
        ? ['100 to 999', 'leave out system, or choose a lower number']
        : ['1000 to 60000', 'system: true for a group of the system']
      report.error('USR011', ['groups', i, 'gid'], `the number of the group '${name}' is not in ${range}`, hint)
    })
    const named: readonly (readonly [SpecPath, string, number | undefined])[] = [
      // The group of a user's own name has the number of the user.
      ...users.map(({ name, uid }, i) => [['users', i, 'uid'], name, uid] as const),
      ...groups.map(({ name, gid }, i) => [['groups', i, 'gid'], name, gid] as const),
    ]
    const first = new Map<number, string>()
    for (const [path, name, id] of named) {
      if (id === undefined) continue
      const other = first.get(id)
      if (other === undefined) first.set(id, name)
      else report.error('USR012', path, `'${name}' has the number of '${other}', ${id}`, 'choose another number')
    }
  },
}

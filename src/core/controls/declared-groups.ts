import type { Problem } from '../../base/report/report.ts'
import { type AccountLedger, FIRST_ID } from '../../device/formats/account-ledger.ts'
import type { Spec } from '../spec-file/spec.ts'
import { numberProblems } from './account-numbers.ts'
import type { Context } from './control.ts'
import { SU_GROUP } from './su-group.ts'

/** The numbers that the spec gives out itself. */
export function givenNumbers({ users, groups }: Spec): number[] {
  return [...users.map(({ uid }) => uid), ...groups.map(({ gid }) => gid)].filter((id) => id !== undefined)
}

/** Enters the groups of the spec; one that the image has keeps its number and its members. */
export function declareGroups({ spec, because }: Context, ledger: AccountLedger): Problem[] {
  // The first user is to have 1000, which Raspberry Pi's own tools expect.
  const coming = spec.users.filter(({ name, uid }) => uid === undefined && ledger.get('passwd', name) === undefined)
  return spec.groups.flatMap(({ name, gid, system }, i): Problem[] => {
    const path = ['groups', i] as const
    const origin = because([...path, 'name'], `the group ${name}`)
    const problems = numberProblems(ledger, 'group', { name, id: gid }, [...path, 'gid'])
    if (problems.length > 0) return problems
    const before = ledger.get('group', name)?.[2]
    if (before !== undefined) {
      for (const file of ['group', 'gshadow'] as const) ledger.mark(file, name, origin)
      if (Number(before) < FIRST_ID === system) return []
      const kind = system ? 'is not a group of the system' : 'is a group of the system'
      const message = `the group '${name}' of the image has the gid ${before}, so it ${kind}`
      return [{ severity: 'error', code: 'USR028', path: [...path, 'name'], message, hint: `system: ${!system}` }]
    }
    const id = gid ?? (system ? ledger.freeSystemId() : ledger.freeId(coming.length))
    if (id !== undefined) {
      ledger.addGroup(name, id, origin)
      return []
    }
    const message = `no number from 100 to 999 is free for the group '${name}'`
    return [{ severity: 'error', code: 'USR027', path: [...path, 'name'], message, hint: 'leave out system' }]
  })
}

/** The group whose members may use su (pam_wheel(8)), without members. */
export function declareSuGroup({ spec, because }: Context, ledger: AccountLedger): void {
  const origin = because(['hardening', 'su'], 'nobody belongs to it')
  const before = ledger.get('group', SU_GROUP)
  if (spec.hardening.su === 'image') return
  const id = ledger.freeSystemId()
  if (before !== undefined) for (const file of ['group', 'gshadow'] as const) ledger.mark(file, SU_GROUP, origin)
  else if (id !== undefined) ledger.addGroup(SU_GROUP, id, origin)
}

import { makerOf } from './account-groups.ts'
import type { Context } from './control.ts'
import { accountsAfter } from './owners.ts'

/** `USER:GROUP`: who joins a group at the first start, for a package makes it that is not installed before. */
export function joinedLater(context: Context): string[] {
  const { spec } = context
  const there = new Set(accountsAfter(context).group.map(({ name }) => name))
  return spec.users.flatMap(({ name, groups }) => {
    if (groups === 'default') return []
    return groups.filter((group) => !there.has(group) && makerOf(spec, group)).map((group) => `${name}:${group}`)
  })
}

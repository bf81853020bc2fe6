import type { Context } from './control.ts'

/** The number of the user `name` in the image; undefined when the image has none of that name. */
export function uidOf(name: string, { inventory }: Context): number | undefined {
  return inventory.accounts.passwd.find((entry) => entry.name === name)?.uid
}

/** The number of the group `name` in the image. */
export function gidOf(name: string, { inventory }: Context): number | undefined {
  return inventory.accounts.group.find((entry) => entry.name === name)?.gid
}

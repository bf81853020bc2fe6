import type { FileLine, Finding } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'

/** Somebody becomes root in a way of which the spec says nothing. */
export function wayToRoot(
  user: string | undefined,
  at: FileLine | undefined,
  because: string,
  settle: string,
): Finding {
  return { answer: 'open', way: 'root', user, code: 'ACC036', at, because, settle }
}

/** Accounts whose daemon decides about root anyway: the rules of polkit are its own files in Bookworm. */
const DECIDES_ANYWAY = ['polkitd']

/** Of these users those who do not become root without a password anyway; undefined: everybody. */
export function unasked(device: FinishedDevice, users: readonly string[] | undefined): readonly (string | undefined)[] {
  const isRootAnyway = (name: string) => DECIDES_ANYWAY.includes(name) || device.owners.get(name)?.sudo === 'nopasswd'
  return users?.filter((name) => !isRootAnyway(name)) ?? [undefined]
}

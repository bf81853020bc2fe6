import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { passwordOf } from '../../../device/formats/password.ts'
import { packageFileState } from '../../../device/inspect/package-digests.ts'
import { callerOf } from '../../../device/sudo/caller.ts'
import { commandsBehind, rulesFor, sudoFor } from '../../../device/sudo/evaluate.ts'
import type { Sudoers } from '../../../device/sudo/read.ts'
import { giftOf } from '../../../device/sudo/root-commands.ts'
import type { Finding } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { writableBy } from './writable.ts'

/** Single commands that an account runs as root, where they make it root in a way of which the spec says nothing. */
export function sudoCommands(
  device: FinishedDevice,
  sudoers: Sudoers,
  user: PasswdEntry,
  hostname: string,
): readonly Finding[] {
  const owner = device.owners.get(user.name)
  if (owner?.sudo === 'nopasswd') return []
  const caller = callerOf(device.accounts, user, hostname)
  const countsWithPassword = owner?.sudo === 'none' && !owner.isKept && passwordOf(device.accounts, user) === 'usable'
  return rulesFor(sudoers, caller).flatMap((rule) => {
    const texts = rule.privileges.flatMap(({ commands }) =>
      commands.flatMap(({ command }) => commandsBehind(sudoers, command)),
    )
    // ALL is judged as a whole.
    return [...new Set(texts)].flatMap((text) => {
      if (text === 'ALL') return []
      const { allowed, needsPassword, at, setsEnvironment } = sudoFor(sudoers, caller, text)
      if (!allowed || (needsPassword && !countsWithPassword)) return []
      if (at?.file !== rule.at.file || at.line !== rule.at.line) return []
      const gift = whatItGives(device, user, text, setsEnvironment)
      if (gift === undefined) return []
      // A system account that nobody logs in to: what its package lets it run is for the package to say.
      const isTrusted = owner === undefined || packageFileState(device.root, rule.at.file, []) === 'own'
      return gift.isCertain || !isTrusted ? [finding(user, rule.at, text, needsPassword, gift)] : []
    })
  })
}

interface Gift {
  readonly isCertain: boolean
  readonly because: string
}

function whatItGives(
  device: FinishedDevice,
  user: PasswdEntry,
  text: string,
  setsEnvironment: boolean,
): Gift | undefined {
  const path = text.split(/\s/)[0] as string
  if (path.startsWith('/') && !/[*?[^]|\/$/.test(path)) {
    const writable = writableBy(device, user, path)
    if (writable !== undefined) return { isCertain: true, because: `and ${user.name} can change ${writable}` }
    if (device.root.lstat(device.root.resolve(path)) === undefined) return undefined
  }
  if (setsEnvironment) return { isCertain: true, because: 'and can give it variables such as LD_PRELOAD' }
  const gift = giftOf(text)
  if (gift === 'nothing') return undefined
  return gift === 'root'
    ? { isCertain: true, because: 'which runs or writes whatever its caller says' }
    : { isCertain: false, because: 'of which pibake does not know what it can be made to do' }
}

function finding(
  { name }: PasswdEntry,
  at: Finding['at'],
  text: string,
  needsPassword: boolean,
  { isCertain, because }: Gift,
): Finding {
  return {
    answer: isCertain ? 'open' : 'unproved',
    way: 'root',
    user: name,
    code: isCertain ? 'ACC036' : 'ACC057',
    at,
    because: `${name} runs ${text} as root ${needsPassword ? 'with' : 'without'} a password, ${because}`,
    settle: 'take the line out of the image',
  }
}

import { type Answer, argument, isMember, type Module, type Transaction } from '../transaction.ts'

/** pam_wheel (pam_wheel.c): who of a group may become another; `trust` even without a password. */
export const wheel: Module = { auth: check, account: check }

function check({ accounts, user, caller }: Transaction, args: readonly string[]): Answer {
  if (args.includes('root_only') && user.uid !== 0) return { codes: ['ignore'] }
  const wanted = argument(args, 'group') ?? ''
  const named = (name: string) => accounts.group.find((group) => group.name === name)
  const group = wanted === '' ? (named('wheel') ?? accounts.group.find(({ gid }) => gid === 0)) : named(wanted)
  const denies = args.includes('deny')
  if (group === undefined) {
    return denies ? { codes: ['ignore'] } : { codes: ['auth_err'], because: `there is no group ${wanted || 'wheel'}` }
  }
  const isIn = isMember(accounts, caller, group.name)
  if (isIn === denies) {
    const because = `${caller.name} is ${isIn ? '' : 'not '}in the group ${group.name}`
    return { codes: ['perm_denied'], because }
  }
  return args.includes('trust')
    ? {
        codes: ['success'],
        because: `${caller.name} is ${isIn ? '' : 'not '}in the group ${group.name}, which is enough`,
      }
    : { codes: ['ignore'] }
}

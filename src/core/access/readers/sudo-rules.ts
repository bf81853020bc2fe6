import type { PasswdEntry } from '../../../device/formats/accounts.ts'
import { passwordOf } from '../../../device/formats/password.ts'
import { callerOf, hostnameOf } from '../../../device/sudo/caller.ts'
import { possibleVerdicts, type SudoVerdict } from '../../../device/sudo/evaluate.ts'
import { readSudoers, type SourceLine, type Sudoers } from '../../../device/sudo/read.ts'
import type { Finding } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { sudoCommands } from './sudo-commands.ts'

/** Whom the rules make root, against what the spec says of each owner; nobody else becomes root without a password. */
export function sudoRules(device: FinishedDevice): readonly Finding[] {
  const hostname = hostnameOf(device.root)
  const sudoers = readSudoers(device.root, hostname)
  return device.accounts.passwd
    .filter(({ uid }) => uid !== 0)
    .flatMap((user) => {
      const whole = ofAccount(device, sudoers, user, hostname)
      return whole.length > 0 ? whole : sudoCommands(device, sudoers, user, hostname)
    })
}

type Answer = 'as wanted' | 'less' | 'more'

function ofAccount(device: FinishedDevice, sudoers: Sudoers, user: PasswdEntry, hostname: string): readonly Finding[] {
  const [certain, ...doubtful] = possibleVerdicts(sudoers, callerOf(device.accounts, user, hostname))
  if (certain === undefined) return []
  const answer = answerFor(device, user, certain.verdict)
  if (answer === 'more') return [more(device, user, certain.verdict)]
  const other = doubtful.find(({ verdict }) => answerFor(device, user, verdict) !== answer)
  return other?.doubt === undefined ? [] : [unproved(user, other.verdict, other.doubt)]
}

function answerFor({ accounts, owners }: FinishedDevice, user: PasswdEntry, verdict: SudoVerdict): Answer {
  const owner = owners.get(user.name)
  const { allowed, needsPassword } = verdict
  const isFree = allowed && !needsPassword
  if (owner === undefined || owner.isKept) return isFree ? 'more' : 'as wanted'
  switch (owner.sudo) {
    case 'nopasswd':
      return allowed ? 'as wanted' : 'less'
    case 'password':
      return isFree ? 'more' : allowed ? 'as wanted' : 'less'
    case 'none':
      return isFree || (allowed && passwordOf(accounts, user) === 'usable') ? 'more' : 'as wanted'
  }
}

function more({ owners }: FinishedDevice, { name }: PasswdEntry, { at, needsPassword }: SudoVerdict): Finding {
  const owner = owners.get(name)
  const how = needsPassword ? 'lets it become root with its password' : 'lets it become root without a password'
  const wanted = owner === undefined || owner.isKept ? '' : `, and the spec says sudo: ${owner.sudo}`
  return {
    answer: 'open',
    way: 'root',
    user: name,
    code: wanted === '' ? 'ACC036' : 'ACC037',
    at,
    because: `sudo ${how}${wanted}`,
    settle: 'take the line out of the image',
  }
}

function unproved({ name }: PasswdEntry, { allowed, needsPassword }: SudoVerdict, at: SourceLine): Finding {
  const what = !allowed ? 'cannot become root' : `becomes root ${needsPassword ? 'with' : 'without'} a password`
  const because = `by the address of the device, the day, a digest or a netgroup it is settled whether ${name} ${what}`
  const settle = 'write the rule for ALL hosts and without a limit, or take it out'
  return { answer: 'unproved', way: 'root', user: name, code: 'ACC057', at, because, settle }
}

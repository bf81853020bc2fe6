import { allValues } from '../../../device/sshd/all-values.ts'
import type { SshdConfig } from '../../../device/sshd/config.ts'
import { readSshdConfig } from '../../../device/sshd/read.ts'
import { accountsAsked } from '../account-facts.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { keysFilesEver, keysIn } from '../offered-keys.ts'
import { sshdFacts } from '../sshd-facts.ts'
import { settings } from './sshd-settings.ts'

/** Whether sshd starts with its configuration, and what in it decides about logins that pibake cannot judge. */
export const sshdConfiguration: Reader = (device) => {
  if (!device.ssh.enabled) return []
  const config = readSshdConfig(device.root, device.release)
  const errors = config.errors.map(({ at, message }) => doesNotStart(at, message))
  return errors.length > 0
    ? errors
    : [...noSshdUser(device), ...unjudged(device, config), ...ofAccounts(device, config)]
}

function doesNotStart(at: FileLine, message: string): Finding {
  const settle = 'correct the line, or take it out'
  return {
    answer: 'shut',
    way: 'ssh',
    user: undefined,
    code: 'ACC015',
    at,
    because: `sshd does not start: ${message}`,
    settle,
  }
}

/** The account under which sshd looks at what a client sends (sshd.c, "Privilege separation user"). */
function noSshdUser({ root, accounts }: FinishedDevice): readonly Finding[] {
  const isThere = accounts.passwd.some(({ name }) => name === 'sshd')
  if (isThere || root.lstat('/usr/sbin/sshd') === undefined) return []
  const at = { file: '/etc/passwd', line: undefined }
  return [{ ...doesNotStart(at, 'there is no user sshd'), settle: 'reinstall openssh-server in the image' }]
}

/** Values that some connection meets, and that let in or keep out whom only the device can tell. */
function unjudged(device: FinishedDevice, config: SshdConfig): readonly Finding[] {
  return settings.flatMap(({ keyword, way, judge }) =>
    allValues(config, keyword.toLowerCase()).flatMap(({ value, at }) => {
      const because = value === undefined ? undefined : judge(value, device, config)
      if (because === undefined) return []
      return [
        unproved(
          at,
          way,
          undefined,
          `${keyword} ${value}: ${because}`,
          `take ${keyword} out, or set it to its default`,
        ),
      ]
    }),
  )
}

function ofAccounts(device: FinishedDevice, config: SshdConfig): readonly Finding[] {
  return accountsAsked(device, config).flatMap((asked) => {
    const { user } = asked
    const { questions, keys } = sshdFacts(asked)
    const isVerified = allValues(config, 'pubkeyauthoptions').find(({ value }) => /verify-required/i.test(value ?? ''))
    const good = keys.filter(({ refused }) => refused === undefined)
    const authorities = keysFilesEver(device.root, config, user).flatMap((file) =>
      keysIn(device.root, file)
        .filter(({ options }) => options.some(({ name }) => name === 'cert-authority'))
        .map(({ line }) => ({ file, line })),
    )
    return [
      ...(good.length > 0 &&
      good.every((key) => key.type.startsWith('sk-') && (isVerified !== undefined || key.isVerified === true))
        ? [
            unproved(
              isVerified?.at,
              'key',
              user.name,
              'only a FIDO key made with "-O verify-required" is taken',
              'take it out',
            ),
          ]
        : []),
      ...questions.map(({ text, at }) =>
        unproved(
          at,
          'ssh',
          user.name,
          `whether '${text}' is met decides who gets in, and only the network can say`,
          'take it out',
        ),
      ),
      ...authorities.map((at) =>
        unproved(at, 'key', user.name, 'whoever has a certificate of this authority gets in', 'take the line out'),
      ),
    ]
  })
}

function unproved(
  at: FileLine | undefined,
  way: Finding['way'],
  user: string | undefined,
  because: string,
  settle: string,
): Finding {
  return { answer: 'unproved', way, user, code: 'ACC050', at, because, settle }
}

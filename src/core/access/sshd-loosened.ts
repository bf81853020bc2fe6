import { loginShellRefusal } from '../../device/inspect/login-shell.ts'
import type { SshdEffective } from '../../device/sshd/effective.ts'
import type { Finding } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { isKeptOut } from './readers/firewall.ts'
import { sshdFacts } from './sshd-facts.ts'
import { type SshdService, sshdServices, usualSshd } from './sshd-services.ts'

/** What lets in more, as sshd would be told it. */
const LOOSER: readonly (readonly [line: string, isOpen: (sshd: SshdEffective) => boolean])[] = [
  ['PasswordAuthentication yes', (sshd) => sshd.passwordAuthentication],
  ['KbdInteractiveAuthentication yes', (sshd) => sshd.kbdInteractiveAuthentication],
  ['PermitEmptyPasswords yes', (sshd) => sshd.permitEmptyPasswords],
  ['PermitRootLogin', (sshd) => sshd.permitRootLogin !== 'no'],
  ['HostbasedAuthentication yes', (sshd) => sshd.value('HostbasedAuthentication')?.toLowerCase() === 'yes'],
  ['GSSAPIAuthentication yes', (sshd) => sshd.value('GSSAPIAuthentication')?.toLowerCase() === 'yes'],
]

/** Whom AllowUsers and the like let in is judged for /etc/ssh/sshd_config alone: another answer here is not. */
const PEOPLE = [
  'AllowUsers',
  'AllowGroups',
  'DenyUsers',
  'DenyGroups',
  'AuthenticationMethods',
  'AuthorizedKeysFile',
  'AuthorizedKeysCommand',
  'TrustedUserCAKeys',
  'UsePAM',
  'PubkeyAuthentication',
  'MaxSessions',
  'ForceCommand',
] as const

/**
 * Where a service's own command line or file lets in more than what everything else here is proved for, and the packet
 * filters let people come to it.
 */
export function loosened(device: FinishedDevice, sshd: SshdService): readonly Finding[] {
  return isBehindFirewall(device, sshd) ? [] : loosening(device, sshd)
}

/** What would let in more if the packet filters let people come to it. */
export function behindFirewall(device: FinishedDevice): readonly Finding[] {
  return sshdServices(device)
    .filter((sshd) => isBehindFirewall(device, sshd))
    .flatMap((sshd) => loosening(device, sshd))
}

function isBehindFirewall(device: FinishedDevice, { ports }: SshdService): boolean {
  return ports.every((port) => isKeptOut(device, port))
}

function loosening(device: FinishedDevice, sshd: SshdService): readonly Finding[] {
  const { options, effective, at, service } = sshd
  if (options.lines.length === 0 && options.file === '/etc/ssh/sshd_config') return []
  if (letsNobodyIn(device, sshd)) return []
  const usual = usualSshd(device)
  const place = { file: at.file, line: at.line }
  const open = LOOSER.filter(([, isOpen]) => isOpen(effective) && !isOpen(usual)).map(([line]) => line)
  const changed = PEOPLE.filter((keyword) => effective.value(keyword) !== usual.value(keyword))
  const base = { way: 'ssh', user: undefined, at: place } as const
  return [
    ...(open.length === 0
      ? []
      : [
          {
            ...base,
            answer: 'open',
            code: 'ACC034',
            because: `${service.unit.name} runs sshd with ${open.join(', ')}`,
            settle: `take what is not ${usualText} out of the unit`,
          } satisfies Finding,
        ]),
    ...(open.length > 0 || changed.length === 0
      ? []
      : [
          {
            ...base,
            answer: 'unproved',
            code: 'ACC051',
            because: `${service.unit.name} runs sshd with another ${changed.join(', ')} than /etc/ssh/sshd_config has`,
            settle: `let it run with /etc/ssh/sshd_config alone`,
          } satisfies Finding,
        ]),
  ]
}

const usualText = "Debian's"

/** Whether it turns away every account that has a shell, from wherever that comes, and whatever key or password it has. */
function letsNobodyIn({ root, accounts }: FinishedDevice, { config, ports }: SshdService): boolean {
  const users = accounts.passwd.filter((user) => loginShellRefusal(root, accounts, user) === undefined)
  return users.every((user) => {
    const asked = { root, accounts, config, user, hasPassword: true, wants: 'anything' as const, ports }
    const { sshd, questions } = sshdFacts(asked)
    return sshd.refused !== undefined && questions.length === 0
  })
}

import { blockedFile } from './blocked-file.ts'
import type { Context, Contribution, Control } from './control.ts'
import type { BlockLine } from './own-block.ts'
import { sshLines } from './ssh-lines.ts'

/** What pibake's drop-ins say, in the main files too: programs that judge a device by its files read these alone. */
export const mainFiles: Control = { name: 'main files', compile }

const LIMITS = '/etc/security/limits.d/10-coredump-debian.conf'

function compile(context: Context): Contribution {
  const isSame = context.spec.hardening.mainFiles === 'same'
  const origin = context.because(['hardening', 'mainFiles'], 'as in the drop-in, which counts')
  const block = (path: string, lines: readonly BlockLine[], place: Parameters<typeof blockedFile>[4] = {}) =>
    blockedFile(context, path, isSame ? lines : [], origin, place)
  const hasLimits = context.inventory.root.lstat(LIMITS) !== undefined && !context.spec.hardening.coreDumps
  return {
    operations: [
      ...block('/etc/ssh/sshd_config', sshd(context), { after: /^\s*Include\s/ }),
      ...block('/etc/systemd/journald.conf', journald(context), {
        overrules: /^(?:Storage|Compress|ForwardToSyslog)=/,
      }),
      // pam_limits takes the later file; a judge takes the first.
      ...block(LIMITS, hasLimits ? [{ text: '* hard core 0', origin }] : [], {
        overrules: /^(?:\*|root)\s+hard\s+core\s/,
      }),
    ],
  }
}

/** Keywords that judges look for, and that may stand twice: the first counts, which is that of the drop-in. */
const LOOKED_FOR =
  /^(?:Banner|Ciphers|ClientAlive\w+|Hostbased\w+|IgnoreRhosts|KexAlgorithms|LoginGraceTime|LogLevel|MACs|Max\w+|PermitEmptyPasswords|PermitRootLogin|PermitUserEnvironment|UsePAM)$/

function sshd(context: Context): BlockLine[] {
  if (!context.spec.ssh.enabled || context.inventory.root.lstat('/etc/ssh/sshd_config') === undefined) return []
  return sshLines(context)
    .filter(({ keyword }) => LOOKED_FOR.test(keyword))
    .map(({ keyword, value, path, because }) => ({
      text: `${keyword} ${value}`,
      origin: context.because(path, because),
    }))
}

function journald(context: Context): BlockLine[] {
  const { storage, forward } = context.spec.hardening.journal
  if (storage === 'image') return []
  const origin = context.because(['hardening', 'journal', 'storage'], `the journal is ${storage}`)
  const sent = context.because(['hardening', 'journal', 'forward'], 'the journal is not kept twice')
  return [
    { text: '[Journal]', origin },
    { text: `Storage=${storage}`, origin },
    { text: 'Compress=yes', origin },
    ...(forward === 'no' ? [{ text: 'ForwardToSyslog=no', origin: sent }] : []),
  ]
}

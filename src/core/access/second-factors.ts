import { allValues } from '../../device/sshd/all-values.ts'
import type { SshdConfig } from '../../device/sshd/config.ts'
import { readSshdConfig } from '../../device/sshd/read.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { DROP_IN } from '../controls/ssh-proof.ts'
import type { FileLine } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { stackOf } from './readers/pam-services.ts'

/** What the image wants beside a key or a password, and the finished device does not ask. */
export interface DroppedFactor {
  readonly at: FileLine
  /** A clause without a full stop. */
  readonly because: string
}

/** Modules of PAM that ask for a code or a token (libpam-google-authenticator, -oath, -u2f, -yubico, -duo, -otpw, -radius). */
const MODULES = /^(?:.*\/)?pam_(?:google_authenticator|oath|u2f|yubico|duo|otpw|radius(?:_auth)?)\.so$/

/**
 * The second factors that fall away: the image's `AuthenticationMethods`, where one method is enough in the end, and
 * modules of PAM, which a log-in with a key does not come by (auth_log, monitor.c: PAM's part `auth` is asked for
 * passwords alone).
 *
 * @param image the root before the plan; of an earlier plan's lines none is the image's
 */
export function droppedFactors(image: Tree, device: FinishedDevice): readonly DroppedFactor[] {
  const { root, release, ssh } = device
  const finished = allValues(readSshdConfig(root, release), KEYWORD)
  if (!ssh.enabled || !finished.some(({ value }) => !wantsSeveral(value))) return []
  return [...methodsBefore(readSshdConfig(image, release)), ...modules(device)]
}

const KEYWORD = 'authenticationmethods'

/** Lists of methods of which each must be passed to its end; nothing: any one method. */
function wantsSeveral(value: string | undefined): boolean {
  return value?.split(/\s+/).every((list) => list.includes(',')) ?? false
}

function methodsBefore(config: SshdConfig): readonly DroppedFactor[] {
  const directives = config.directives.filter(({ at }) => at.file !== DROP_IN)
  return allValues({ ...config, directives }, KEYWORD).flatMap(({ value, at }) =>
    at !== undefined && wantsSeveral(value)
      ? [{ at: { file: at.file, line: at.line }, because: `the image wants ${value}, and one method is enough now` }]
      : [],
  )
}

function modules(device: FinishedDevice): readonly DroppedFactor[] {
  const auth = stackOf(device, 'sshd')?.auth ?? []
  return auth.flatMap(({ module, at }) =>
    module !== undefined && MODULES.test(module)
      ? [{ at, because: `whoever comes with a key is not asked by ${module.replace(/^.*\//, '')}` }]
      : [],
  )
}

import type { Tree } from '../../storage/tree/tree.ts'
import type { Plan } from '../plan/plan.ts'
import type { WithoutText } from '../plan/without-text.ts'
import { accountFacts } from './account-facts.ts'
import { staticAddresses } from './device-addresses.ts'
import type { FileLine, Finding } from './finding.ts'
import type { FinishedDevice } from './finished-device.ts'
import { gatesOf } from './gates.ts'
import { unmadeInterfaces } from './interfaces.ts'
import { listensElsewhere, sshUnreachable } from './listening.ts'
import { isOffline } from './network-managers.ts'
import { prove, type Verdict } from './prove.ts'
import { readers } from './readers/readers.ts'
import { type DroppedFactor, droppedFactors } from './second-factors.ts'
import { behindFirewall } from './sshd-loosened.ts'

/** Who gets in, and what there is to say about the ways. */
export interface Proof extends Verdict {
  /** Interfaces by which somebody would come, and that nothing on the device makes. */
  readonly unmadeInterfaces: readonly string[]
  /** Addresses that the device has for good, and that are typed in place of its name. */
  readonly addresses: readonly string[]
  /** Nothing that the device starts brings a network up. */
  readonly isOffline: boolean
  /** What the image asked for beside a key or a password, and the device does not. */
  readonly droppedFactors: readonly DroppedFactor[]
  /** What the packet filters alone keep from letting somebody in. */
  readonly behindFirewall: readonly Finding[]
}

/**
 * Decides who gets in.
 *
 * @param image the root partition as it was before the plan
 * @param text takes out of what is said what not everybody may read
 */
export function proveAccess(
  device: FinishedDevice,
  image: Tree,
  plan: Pick<Plan, 'packages'>,
  text: WithoutText,
): Proof {
  const { root, release, ssh, today } = device
  const unreachable = sshUnreachable(root, release, ssh.port, plan) ?? listensElsewhere(device)
  const verdict = prove(
    {
      today,
      ssh: { ...ssh, unreachable },
      gates: gatesOf(device),
      accounts: accountFacts(device),
    },
    readers.flatMap((read) => read(device)),
  )
  const said = <T extends Said>(one: T): T => withoutText(text, one)
  return {
    ...verdict,
    shut: verdict.shut.map(said),
    lockouts: verdict.lockouts.map(said),
    open: verdict.open.map(said),
    unproved: verdict.unproved.map(said),
    addresses: staticAddresses(device),
    isOffline: isOffline(device),
    unmadeInterfaces: unmadeInterfaces(verdict, root),
    droppedFactors: droppedFactors(image, device).map(said),
    behindFirewall: behindFirewall(device).map(said),
  }
}

interface Said {
  readonly at?: FileLine | undefined
  readonly because: string
  readonly settle?: string | undefined
}

function withoutText<T extends Said>(text: WithoutText, said: T): T {
  const files = said.at === undefined ? [] : [said.at.file]
  const settle = said.settle && text.of(said.settle, ...files)
  return { ...said, because: text.of(said.because, ...files), ...('settle' in said && { settle }) }
}

import type { Verdict } from './access/prove.ts'
import { proveAccess } from './access/prove-target.ts'
import type { Carried } from './controls/bundle.ts'
import { bakesHostKeys } from './controls/host-keys.ts'
import type { HostKeys } from './formats/host-key.ts'
import { hostKeysIn } from './inspect/host-keys.ts'
import { hostnameOf } from './inspect/hostname.ts'
import { inspect } from './inspect/inspect.ts'
import type { Inventory } from './inspect/inventory.ts'
import { compile } from './plan/compile.ts'
import type { Plan } from './plan/plan.ts'
import type { Locate, Problem } from './spec/report.ts'
import type { Spec } from './spec/spec.ts'
import type { Target } from './tree/tree.ts'

export interface Judged {
  readonly inventory: Inventory
  /** Seconds since 1970: the date that is written. */
  readonly epoch: number
  readonly plan: Plan
  /** What the image shows to be wrong with the spec. */
  readonly problems: readonly Problem[]
  readonly verdict: Verdict
  /** With `ssh.hostKeys: bake`: the keys that the device will have, as far as they are made already. */
  readonly hostKeys: HostKeys
}

export interface JudgeOptions {
  readonly locate: Locate
  readonly specDigest: string
  /** Seconds since 1970 for what is written; undefined: the date of the image. */
  readonly epoch: number | undefined
  /** `YYYY-MM-DD`, against which expiry is judged. */
  readonly today: string
  readonly allowBooted: boolean
  /** Host keys for a target that has none yet; those that it has stay. */
  readonly newHostKeys?: HostKeys
  /** Packages that the image carries. */
  readonly bundle?: Carried
}

/**
 * A spec held against a target: what the image is, what would be done to it, what is wrong, and who gets in afterwards.
 * Reads the target, writes nothing.
 *
 * @throws TargetError when the target is not a fresh Raspberry Pi OS, or cannot be read safely
 */
export function judge(spec: Spec, target: Target, options: JudgeOptions): Judged {
  const inventory = inspect(target, { allowBooted: options.allowBooted })
  const epoch = options.epoch ?? imageEpoch(inventory)
  const hostKeys = bakesHostKeys(spec)
    ? { ...options.newHostKeys, ...hostKeysIn(target.root, hostnameOf(spec, target.root)) }
    : {}
  const { plan, problems } = compile(spec, inventory, {
    locate: options.locate,
    specDigest: options.specDigest,
    epoch,
    hostKeys,
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
  })
  const verdict = proveAccess(spec, inventory, plan, options.today)
  return { inventory, epoch, plan, problems: [...problems, ...intruderProblems(verdict)], verdict, hostKeys }
}

/** Nobody else may get in over the network; who else can at the console is told. */
function intruderProblems({ intruders }: Verdict): Problem[] {
  return intruders.map(({ user, by }) => ({
    severity: by === 'console' ? 'warning' : 'error',
    code: by === 'console' ? 'ACC031' : 'ACC030',
    path: ['users'],
    message:
      by === 'console'
        ? `the image has an account '${user}', not in users, with a password that opens the console`
        : `the account '${user}' of the image, not in users, could log in over SSH by ${by}`,
    hint: `name it in users, or make an image without it`,
  }))
}

/** 2024-01-01: for an image that does not tell its date, so that two runs agree. */
const FALLBACK = 1_704_067_200

function imageEpoch({ date }: Inventory): number {
  return date === undefined ? FALLBACK : Date.parse(`${date}T00:00:00Z`) / 1000
}

import type { Locate, Problem } from '../base/report/report.ts'
import type { HostKeys } from '../device/formats/host-key.ts'
import { hostKeysIn } from '../device/inspect/host-keys.ts'
import { inspect } from '../device/inspect/inspect.ts'
import type { Inventory } from '../device/inspect/inventory.ts'
import { BudgetTree } from '../storage/tree/budget.ts'
import type { Target } from '../storage/tree/tree.ts'
import { fileLineText } from './access/finding.ts'
import { finishedDevice } from './access/finished-device.ts'
import { interfaceProblems } from './access/interfaces.ts'
import type { Verdict } from './access/prove.ts'
import { type Proof, proveAccess } from './access/prove-target.ts'
import { type Additions, type CompiledControls, compileControls, finish } from './compile/compile.ts'
import { fail2banStartProblems } from './controls/fail2ban-start.ts'
import { bakesHostKeys, wantedHostKeys } from './controls/host-keys.ts'
import { hostnameOf } from './controls/hostname.ts'
import type { Plan } from './plan/plan.ts'
import { WithoutText } from './plan/without-text.ts'
import type { Spec } from './spec-file/spec.ts'

export interface Evaluation {
  /** What {@link finishPlan} makes the final plan of. */
  readonly controls: CompiledControls
  readonly inventory: Inventory
  /** Seconds since 1970: the date that is written. */
  readonly epoch: number
  readonly plan: Plan
  /** What the image shows to be wrong with the spec. */
  readonly problems: readonly Problem[]
  readonly verdict: Proof
  /** With `ssh.hostKeys: bake`: the keys that the device will have, as far as they are made already. */
  readonly hostKeys: HostKeys
}

export interface EvaluationOptions {
  readonly locate: Locate
  readonly specDigest: string
  /** Seconds since 1970 for what is written; undefined: the date of the image. */
  readonly epoch: number | undefined
  /** `YYYY-MM-DD`, against which expiry is judged. */
  readonly today: string
  readonly allowBooted: boolean
}

/**
 * A spec held against a target: what the image is, what would be done to it, what is wrong, and who gets in afterwards.
 * Reads the target, writes nothing.
 *
 * @throws TargetError when the target is not a fresh Raspberry Pi OS, or cannot be read safely, or not in reasonable time
 */
export function compileFor(spec: Spec, given: Target, options: EvaluationOptions): Evaluation {
  const target = { root: new BudgetTree(given.root), boot: given.boot && new BudgetTree(given.boot) }
  const inventory = inspect(target, { allowBooted: options.allowBooted })
  const epoch = options.epoch ?? imageEpoch(inventory)
  const hostKeys = bakesHostKeys(spec)
    ? wantedHostKeys(spec, hostKeysIn(target.root, hostnameOf(spec, target.root)))
    : {}
  const { locate, specDigest, today } = options
  const controls = compileControls(spec, inventory, { locate, specDigest, epoch })
  const { plan, problems } = finish(controls, { hostKeys })
  const device = finishedDevice(spec, inventory, plan, today)
  const text = new WithoutText(inventory.root, device.root, plan.operations)
  const verdict = proveAccess(device, inventory.root, plan, text)
  const starts = fail2banStartProblems(controls.context, () => device.root, problems)
  const all = [
    ...problems,
    ...intruderProblems(verdict),
    ...openProblems(verdict),
    ...interfaceProblems(verdict, verdict.unmadeInterfaces),
    ...starts.map((problem) => ({ ...problem, message: text.of(problem.message) })),
  ]
  target.root.assertKept()
  target.boot?.assertKept()
  return { controls, inventory, epoch, plan, problems: all, verdict, hostKeys }
}

/**
 * The same evaluation, with the packages that the image carries and the host keys that were made for it: those that the
 * target has already stay. The target is not inspected again and no control runs again.
 *
 * The verdict stands: what is added are files below /etc/pibake and /var/lib/pibake, where no program that lets somebody
 * in looks (accounts, sshd, PAM, sudo, ufw), and the first start's list of the packages to install. The requests for units
 * and packages, which the proof reads too, are the same for any keys and any bundle. `finish.test.ts` proves finished plans
 * again.
 */
export function finishPlan(evaluation: Evaluation, { bundle, hostKeys: made = {} }: Additions): Evaluation {
  const { controls } = evaluation
  const hostKeys = bakesHostKeys(controls.context.spec) ? { ...made, ...evaluation.hostKeys } : {}
  return { ...evaluation, plan: finish(controls, { bundle, hostKeys }).plan, hostKeys }
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

/** What opens the device further than the spec says: over the network or up to root refused, at the console told. */
function openProblems({ open }: Verdict): Problem[] {
  return open.map(({ code, way, user, at, because, settle }) => ({
    severity: way === 'console' ? 'warning' : 'error',
    code,
    path: ['users'],
    message: [at && `${fileLineText(at)} of the image`, user, because].filter((part) => part !== undefined).join(': '),
    ...(settle === undefined ? {} : { hint: settle }),
  }))
}

/** 2024-01-01: for an image that does not tell its date, so that two runs agree. */
const FALLBACK = 1_704_067_200

function imageEpoch({ date }: Inventory): number {
  return date === undefined ? FALLBACK : Date.parse(`${date}T00:00:00Z`) / 1000
}

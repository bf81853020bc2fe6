import { join } from 'node:path'
import { type Code, isUnproved } from '../base/report/codes.ts'
import { auditDocument } from '../cli/audit-documents.ts'
import { auditedImage, questionOf } from '../cli/audited-image.ts'
import { today } from '../cli/clock.ts'
import { EXIT, type ExitCode } from '../cli/exit.ts'
import type { Io } from '../cli/io.ts'
import { loadSpec } from '../cli/load-spec.ts'
import { openTarget, openTargetToChange } from '../cli/open-target.ts'
import { planDocument, receiptFacts, verifyDocument } from '../cli/plan-documents.ts'
import { type Prepared, type PrepareOptions, prepareLoaded } from '../cli/prepare.ts'
import { UsageError } from '../cli/usage-error.ts'
import { changesOf } from '../core/plan/changes.ts'
import { hostKeyFacts, imageFacts } from '../core/presentation/documents.ts'
import { problemFacts } from '../core/presentation/problem-facts.ts'
import { inspect as inventoryOf } from '../device/inspect/inspect.ts'
import type { Target } from '../storage/tree/tree.ts'
import { MountedTarget } from '../write/apply/mounted-target.ts'
import { assertReadsBack } from '../write/apply/read-back.ts'
import { answer } from './answer.ts'
import type {
  Applied,
  Audited,
  AuditOptions,
  Checked,
  CheckOptions,
  Compiled,
  Inspected,
  Plan,
  PlanOptions,
  SpecSource,
  TargetPlace,
  Verified,
} from './documents.ts'

export type * from './documents.ts'
export { PibakeError } from './pibake-error.ts'

/**
 * Is a spec sound, as far as that does not depend on the image? Every problem is reported, and none of them throws.
 *
 * @throws {PibakeError} with exit 1 when SOURCE_DATE_EPOCH is set and is not a number
 */
export function check(spec: SpecSource, options: CheckOptions = {}): Promise<Checked> {
  return answer(async (io) => {
    const { problems, locate, digest } = loaded(io, spec, options).spec
    const sound = problems.every(({ severity }) => severity !== 'error')
    return { sound, digest, problems: problemFacts(problems, locate) }
  })
}

/**
 * What an image is, started before or not. Writes nothing, and needs neither root nor a mount for an image file.
 *
 * @throws {PibakeError} with exit 3: it is not one that pibake can read
 */
export function inspect(target: TargetPlace): Promise<Inspected> {
  return answer(async () =>
    reading(openTarget(target), (opened) => {
      const found = inventoryOf(opened, { allowBooted: true, isLookedAt: true })
      const { packages, stockUser = null, bootedSigns } = found
      return { ...imageFacts(found), packages: Object.fromEntries(packages), stockUser, bootedSigns }
    }),
  )
}

/**
 * All that a spec wants to be true of a target, with contents; secrets among them. Writes nothing, and asks no network: packages
 * and host keys that are not there yet are left out.
 *
 * @throws {PibakeError} as {@link plan}
 */
export function compile(spec: SpecSource, target: TargetPlace, options: PlanOptions = {}): Promise<Compiled> {
  return answer((io) =>
    prepared(
      io,
      spec,
      { ...options, bundle: false },
      {},
      () => openTarget(target),
      (made) => ({
        digest: made.plan.digest,
        image: imageFacts(made.inventory),
        operations: made.plan.operations,
        notes: made.plan.notes,
        access: made.verdict,
        problems: problemFacts(made.problems, made.locate),
        hostKeys: hostKeyFacts(made.hostKeys),
      }),
    ),
  )
}

/**
 * What would change of a target, with the spec line behind it, and who gets in afterwards. Writes nothing to the target; the
 * package sources of the image may be asked, unless `bundle` is false.
 *
 * @throws {PibakeError} with exit 2: the spec has errors; 3: the target is refused; 5: the owner would be locked out
 */
export function plan(spec: SpecSource, target: TargetPlace, options: PlanOptions = {}): Promise<Plan> {
  return answer((io) =>
    prepared(
      io,
      spec,
      options,
      { carry: 'try' },
      () => openTarget(target),
      (made) => planDocument(made, changesOf(made.target, made.plan.operations)),
    ),
  )
}

/**
 * Carries out the plan as one transaction, and reads it back: everything or nothing. Mounted partitions need root. What an earlier
 * call left half-done is put in order first.
 *
 * @throws {PibakeError} as {@link plan}, and with exit 1: it failed; 75: there is no space, or the network did not answer; 130: `signal` called it off
 */
export function applyTo(
  spec: SpecSource,
  target: TargetPlace,
  options: PlanOptions & { readonly signal?: AbortSignal } = {},
): Promise<Applied> {
  const { signal, ...wanted } = options
  return answer((io) =>
    prepared(
      io,
      spec,
      wanted,
      { makeHostKeys: true, carry: 'must' },
      () => openTargetToChange(io, target),
      async (made) => {
        const { operations } = made.plan
        const changes = changesOf(made.target, operations)
        const facts = receiptFacts(made, changes)
        const { warnings } = await made.target.commit(changes, { epoch: made.epoch, ...(signal && { signal }) })
        assertReadsBack(made.target, operations)
        return { ...facts, warnings }
      },
    ),
  )
}

/**
 * Holds a target against what the spec compiles to. Writes nothing, and asks no network.
 *
 * @throws {PibakeError} with exit 2: the spec has errors; 3: the target is refused
 */
export function verify(spec: SpecSource, target: TargetPlace, options: PlanOptions = {}): Promise<Verified> {
  return answer((io) =>
    prepared(
      io,
      spec,
      options,
      { reportOnly: true, isComparison: true },
      () => openTarget(target),
      (made) => verifyDocument(made, changesOf(made.target, made.plan.operations)),
    ),
  )
}

/**
 * The attack surface of an image as it is, hardened or not: who gets in, what listens, what lies in it. Writes nothing.
 *
 * @throws {PibakeError} with exit 2: the spec of the options has errors; 3: the image cannot be read
 */
export function audit(target: TargetPlace, options: AuditOptions = {}): Promise<Audited> {
  return answer(async (io) => {
    const question = questionOf(io, options)
    if (question === undefined) return EXIT.usage
    return auditDocument(auditedImage({ ...options, ...target }, question), question.role)
  })
}

/** A spec as it is read, and how commands call it. */
function loaded(io: Io, source: SpecSource, { confine = false }: CheckOptions) {
  const isText = typeof source !== 'string'
  const file = isText ? join(source.folder ?? '.', 'pibake.yaml') : source
  return { file, spec: loadSpec(file, { confine, ...(isText && { text: source.text }) }, today(io.env)) }
}

/**
 * A plan that is proved, and what `use` makes of it; or the exit code of a refusal.
 *
 * @param settings how the command of that name calls {@link prepareLoaded}
 */
async function prepared<T extends Target, Result>(
  io: Io,
  source: SpecSource,
  { acceptUnproved = [], ...options }: PlanOptions,
  settings: PrepareOptions,
  open: () => T,
  use: (made: Prepared<T>) => Result | Promise<Result>,
): Promise<Result | ExitCode> {
  const { file, spec } = loaded(io, source, options)
  // There is no lock beside a text.
  const carried = typeof source === 'string' ? {} : { bundle: false }
  const all = { ...settings, ...options, ...carried, acceptUnproved: acceptUnproved.map(unprovedCode) }
  const opened: { target?: T } = {}
  try {
    const made = await prepareLoaded(io, file, spec, all, () => {
      opened.target = open()
      return opened.target
    })
    return typeof made === 'number' ? made : await use(made)
  } finally {
    release(opened.target)
  }
}

function unprovedCode(code: string): Code {
  if (!isUnproved(code)) throw new UsageError(`acceptUnproved: '${code}' is not a code of what cannot be judged`)
  return code
}

function reading<T extends Target, Result>(target: T, use: (target: T) => Result): Result {
  try {
    return use(target)
  } finally {
    release(target)
  }
}

/** A folder that is held open cannot be unmounted. */
function release(target: Target | undefined): void {
  if (target instanceof MountedTarget) target.close()
}

import { visible } from '../base/encode/visible.ts'
import type { Locate, Problem } from '../base/report/report.ts'
import type { Verdict } from '../core/access/prove.ts'
import type { Bundle, Carried } from '../core/carried/bundle.ts'
import type { SpecInputs } from '../core/check/parse.ts'
import { compileFor, type Evaluation, finishPlan } from '../core/compile-for.ts'
import { hostnameOf } from '../core/controls/hostname.ts'
import { type AccessPolicy, accessReport, refuses } from '../core/presentation/access-report.ts'
import { problemFacts } from '../core/presentation/problem-facts.ts'
import type { Spec } from '../core/spec-file/spec.ts'
import { isWorkedOn } from '../device/inspect/booted.ts'
import { hostKeysIn } from '../device/inspect/host-keys.ts'
import type { Target, Tree } from '../storage/tree/tree.ts'
import { choosePackages } from './choose-packages.ts'
import { sourceDateEpoch, today } from './clock.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { freeBytes } from './free-bytes.ts'
import { newHostKeysFor } from './host-keys.ts'
import { type Io, printJson, say } from './io.ts'
import { type LoadedSpec, loadSpec } from './load-spec.ts'
import type { ChoiceMode } from './package-job.ts'
import type { PackageOptions } from './package-options.ts'
import { printMessages, printProblems, problemLines } from './print.ts'
import type { SpecOptions } from './spec-options.ts'
import { assertSpec } from './swapped.ts'

export interface PrepareOptions extends SpecOptions, PackageOptions, AccessPolicy {
  readonly allowBooted?: boolean
  /** The target is only held against the plan: one that was worked on needs no second leave for having been started. */
  readonly isComparison?: boolean
  /** Make the host keys that the spec wants and the target lacks; else the plan leaves their place empty. */
  readonly makeHostKeys?: boolean
  /** A root partition whose host keys are taken for a target that has none, in place of new ones. */
  readonly hostKeysFrom?: Tree
  /** What may be done to have the packages that the image carries; `known` unless given. */
  readonly carry?: ChoiceMode
  /** The caller prints {@link Prepared.remarks} in its report; else they are printed on stderr. */
  readonly isReported?: boolean
}

export interface Prepared<T extends Target = Target> extends Evaluation {
  readonly locate: Locate
  readonly spec: Spec
  readonly target: T
  readonly specDigest: string
  readonly inputs: SpecInputs
  /** The packages that the image carries. */
  readonly bundle: Bundle | undefined
  /** Lines of what does not end the command: warnings, and what of the proof is accepted. */
  readonly remarks: readonly string[]
}

/**
 * Everything up to a plan that is proved: reads the spec, opens the target, compiles, proves that the owner gets in and
 * nobody else. What is wrong is printed, all of it at once.
 *
 * @param open opens the target; not called for a spec that is refused
 * @returns the plan, or the exit code with which to end
 */
export async function prepare<T extends Target>(
  io: Io,
  specFile: string,
  options: PrepareOptions,
  open: () => T | Promise<T>,
): Promise<Prepared<T> | ExitCode> {
  assertSpec(specFile)
  const loaded = loadSpec(specFile, { ...options, mayAsk: io.interactive }, today(io.env))
  return prepareLoaded(io, specFile, loaded, options, open)
}

/** {@link prepare} with a spec that is read already. */
export async function prepareLoaded<T extends Target>(
  io: Io,
  specFile: string,
  { spec, problems, locate, excerpt, digest, inputs, inInventory }: LoadedSpec,
  options: PrepareOptions,
  open: () => T | Promise<T>,
): Promise<Prepared<T> | ExitCode> {
  const accept = options.reportOnly ?? options.acceptLockout ?? false
  if (spec === undefined || refuses(problems, accept)) return refuse(io, problems, locate, excerpt)

  const target = await open()
  for (const what of target.recovered ?? []) say(io, what)
  const evaluation = compileFor(spec, target, {
    locate,
    specDigest: digest,
    epoch: sourceDateEpoch(io.env),
    today: today(io.env),
    allowBooted: options.allowBooted === true || (options.isComparison === true && isWorkedOn(target.root)),
  })
  const all = [...problems, ...evaluation.problems.map(inInventory)]
  if (refuses(all, accept)) return refuse(io, all, locate, excerpt)
  const access = accessReport(evaluation.verdict, spec.access.accept, options)
  const remarks = [...problemLines(io, all, locate, excerpt), ...access.lines]
  const isLater = options.isReported === true && !io.json
  if (!isLater || access.isRefused) printMessages(io, remarks)
  if (access.isRefused) {
    if (io.json) printJson(io, refusal(EXIT.lockout, all, locate, evaluation.verdict))
    return EXIT.lockout
  }
  const packed = await choosePackages(io, spec, target.root, evaluation, {
    ...options,
    mode: options.carry ?? 'known',
    specFile,
    free: () => freeBytes(target.root),
  })
  if ('exit' in packed) return packed.exit
  if ('problems' in packed) return refuse(io, packed.problems.map(inInventory), locate, excerpt)
  const { carried } = packed
  const unknown = io.quiet || options.carry !== undefined ? [] : unknownText(carried)
  if (!isLater) printMessages(io, unknown)
  const taken = options.hostKeysFrom && hostKeysIn(options.hostKeysFrom, hostnameOf(spec, options.hostKeysFrom))
  const hostKeys = {
    ...(options.makeHostKeys && newHostKeysFor(spec, target.root, { ...taken, ...evaluation.hostKeys })),
    ...taken,
  }
  const isWhole = Object.keys(hostKeys).length === 0 && carried === undefined
  const final = isWhole ? evaluation : finishPlan(evaluation, { hostKeys, bundle: carried })
  const bundle = carried !== undefined && 'lock' in carried ? carried : undefined
  const said = [...remarks, ...unknown]
  return { ...final, spec, target, problems: all, locate, bundle, specDigest: digest, inputs, remarks: said }
}

/** Where nothing is fetched: why the carried packages are left out of the comparison. */
function unknownText(carried: Carried): string[] {
  if (carried === undefined || !('unknown' in carried)) return []
  return [visible(`note: the carried packages are not known: ${carried.unknown}`)]
}

export function refuse(io: Io, problems: readonly Problem[], locate: Locate, excerpt: LoadedSpec['excerpt']): ExitCode {
  const errors = problems.filter((problem) => problem.severity === 'error')
  const code = errors.every((problem) => problem.lockout === true) ? EXIT.lockout : EXIT.usage
  printProblems(io, problems, locate, excerpt)
  if (io.json) printJson(io, refusal(code, problems, locate, undefined))
  return code
}

function refusal(exit: ExitCode, problems: readonly Problem[], locate: Locate, access: Verdict | undefined) {
  return { schema: 'pibake.refusal/1', exit, problems: problemFacts(problems, locate), access: access ?? null }
}

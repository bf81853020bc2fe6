import type { Verdict } from '../access/prove.ts'
import { hostKeysIn } from '../inspect/host-keys.ts'
import { hostnameOf } from '../inspect/hostname.ts'
import { type Judged, judge } from '../judge.ts'
import type { Bundle } from '../packages/bundle.ts'
import { loadSpec } from '../spec/load.ts'
import type { SpecInputs } from '../spec/parse.ts'
import type { Locate, Problem } from '../spec/report.ts'
import type { Spec } from '../spec/spec.ts'
import type { Target, Tree } from '../tree/tree.ts'
import { carry } from './carry.ts'
import { sourceDateEpoch, today } from './clock.ts'
import { problemFacts } from './documents.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { freeBytes } from './free-bytes.ts'
import { newHostKeysFor } from './host-keys.ts'
import { type Io, printJson } from './io.ts'
import type { CarryMode } from './package-job.ts'
import type { PackageOptions } from './package-options.ts'
import { shutText } from './print-access.ts'
import { printProblems } from './print-problems.ts'

export interface PrepareOptions extends PackageOptions {
  readonly allowBooted?: boolean
  readonly acceptLockout?: boolean
  /** Make the host keys that the spec wants and the target lacks; else the plan leaves their place empty. */
  readonly makeHostKeys?: boolean
  /** A root partition whose host keys are taken for a target that has none, in place of new ones. */
  readonly hostKeysFrom?: Tree
  /** What may be done to have the packages that the image carries; `known` unless given. */
  readonly carry?: CarryMode
}

export interface Prepared<T extends Target = Target> extends Judged {
  readonly locate: Locate
  readonly spec: Spec
  readonly target: T
  readonly specDigest: string
  readonly inputs: SpecInputs
  /** The packages that the image carries. */
  readonly bundle: Bundle | undefined
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
  const accept = options.acceptLockout ?? false
  const { spec, problems, locate, digest, inputs } = loadSpec(specFile, today(io.env))
  if (spec === undefined || refuses(problems, accept)) return refuse(io, problems, locate)

  const target = await open()
  const settings = {
    locate,
    specDigest: digest,
    epoch: sourceDateEpoch(io.env),
    today: today(io.env),
    allowBooted: options.allowBooted ?? false,
  }
  const judged = judge(spec, target, settings)
  const all = [...problems, ...judged.problems]
  if (refuses(all, accept)) return refuse(io, all, locate)
  printProblems(io, all, locate)
  if (judged.verdict.lockouts.length > 0) {
    io.stderr.write(`The device would lock its owner out${accept ? ', as accepted' : ''}:\n`)
    for (const shut of judged.verdict.lockouts) io.stderr.write(`  ${shutText(shut)}\n`)
    if (!accept) {
      io.stderr.write('  hint: --accept-lockout goes on all the same\n')
      if (io.json) printJson(io, refusal(EXIT.lockout, all, locate, judged.verdict))
      return EXIT.lockout
    }
  }
  const packed = await carry(io, spec, target.root, judged, {
    ...options,
    mode: options.carry ?? 'known',
    specFile,
    free: () => freeBytes(target.root),
  })
  if ('exit' in packed) return packed.exit
  if ('problems' in packed) return refuse(io, packed.problems, locate)
  const { carried } = packed
  const taken = options.hostKeysFrom && hostKeysIn(options.hostKeysFrom, hostnameOf(spec, options.hostKeysFrom))
  const newHostKeys = {
    ...(options.makeHostKeys && newHostKeysFor(spec, target.root, { ...taken, ...judged.hostKeys })),
    ...taken,
  }
  const isWhole = Object.keys(newHostKeys).length === 0 && carried === undefined
  const final = isWhole
    ? judged
    : judge(spec, target, { ...settings, newHostKeys, ...(carried === undefined ? {} : { bundle: carried }) })
  const bundle = carried !== undefined && 'lock' in carried ? carried : undefined
  return { ...final, spec, target, problems: all, locate, bundle, specDigest: digest, inputs }
}

function refuses(problems: readonly Problem[], acceptLockout: boolean): boolean {
  return problems.some((problem) => problem.severity === 'error' && !(acceptLockout && problem.lockout === true))
}

function refuse(io: Io, problems: readonly Problem[], locate: Locate): ExitCode {
  const errors = problems.filter((problem) => problem.severity === 'error')
  const code = errors.every((problem) => problem.lockout === true) ? EXIT.lockout : EXIT.usage
  printProblems(io, problems, locate)
  if (io.json) printJson(io, refusal(code, problems, locate, undefined))
  return code
}

function refusal(exit: ExitCode, problems: readonly Problem[], locate: Locate, access: Verdict | undefined) {
  return { schema: 'pibake.refusal/1', exit, problems: problemFacts(problems, locate), access: access ?? null }
}

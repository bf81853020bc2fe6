import type { Problem } from '../../src/base/report/report.ts'
import { leftUnproved, type Verdict } from '../../src/core/access/prove.ts'
import type { ParsedSpec } from '../../src/core/check/parse.ts'
import { compileFor, type Evaluation } from '../../src/core/compile-for.ts'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Spec } from '../../src/core/spec-file/spec.ts'
import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import type { MemoryTree } from '../../src/storage/tree/memory.ts'
import type { Target } from '../../src/storage/tree/tree.ts'
import { type LooseSpec, parse, TODAY } from './spec.ts'

/** A spec compiled for a target and proved, without packages and host keys, as `pibake plan` does. */
export function compiled(
  { spec, locate, digest }: Pick<ParsedSpec, 'locate' | 'digest'> & { readonly spec: Spec },
  target: Target,
  { allowBooted = false } = {},
): Evaluation {
  return compileFor(spec, target, { locate, specDigest: digest, epoch: undefined, today: TODAY, allowBooted })
}

export interface Outcome {
  readonly exit: 0 | 2 | 5
  readonly problems: readonly Problem[]
  readonly verdict: Verdict | undefined
  readonly plan: Plan | undefined
  /** Codes of all errors, of what locks out and of what cannot be judged. */
  readonly codes: readonly string[]
}

/** What becomes of a spec and a sample image, sound or not. */
export function outcomeOf(
  written: LooseSpec | string,
  options: {
    behaviour?: Behaviour
    /** @param boot the boot partition */
    tamper?: (root: MemoryTree, boot: MemoryTree | undefined) => void
    /** Those that the spec names. */
    files?: Readonly<Record<string, string>>
  } = {},
): Outcome {
  const result = parse(written, options.files, TODAY)
  const target = samplePiOs({ behaviour: options.behaviour ?? 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  options.tamper?.(target.root, target.boot)
  const { spec } = result
  const evaluation = spec && compiled({ ...result, spec }, target)
  const problems = [...result.problems, ...(evaluation?.problems ?? [])]
  const errors = problems.filter((problem) => problem.severity === 'error')
  const verdict = evaluation?.verdict
  const refusals = verdict ? [...verdict.lockouts, ...leftUnproved(verdict, spec?.access.accept ?? [])] : []
  const invalid = errors.some((problem) => problem.lockout !== true)
  return {
    exit: invalid ? 2 : errors.length > 0 || refusals.length > 0 ? 5 : 0,
    problems,
    verdict,
    plan: evaluation?.plan,
    codes: [...errors.map((problem) => problem.code), ...refusals.map(({ code }) => code)],
  }
}

/** The plan of a sound spec. */
export function planOf(written: LooseSpec | string, options: Parameters<typeof outcomeOf>[1] = {}): Plan {
  const { plan, problems } = outcomeOf(written, options)
  if (plan === undefined) throw new Error(JSON.stringify(problems))
  return plan
}

import { createHash } from 'node:crypto'
import { inOrder, type Placed } from './print-report.ts'
import { type Host, References } from './referenced.ts'
import type { Locate, Problem } from './report.ts'
import { resolve } from './resolve.ts'
import { checkRules } from './rules/index.ts'
import type { Spec } from './spec.ts'
import { validate } from './validate.ts'
import { readYaml } from './yaml.ts'

export interface ParsedSpec {
  /** Undefined when a problem other than a lock-out is an error. */
  readonly spec: Spec | undefined
  /** Sorted by place. */
  readonly problems: readonly Placed[]
  readonly locate: Locate
  /** `sha256:…` over the spec and the files it names, those with secrets apart. */
  readonly digest: string
  /** What the spec was read from. */
  readonly inputs: SpecInputs
}

/** SHA-256 in hex of the spec's own bytes, and of the files it names but for those with secrets, in its order. */
export interface SpecInputs {
  readonly sha256: string
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

/**
 * Reads a spec: YAML, shape, syntax of every value, files that it names, defaults, cross-checks. Pure but for what
 * `host` does. All problems are returned at once; none of them holds a secret's value.
 */
export function parseSpec(bytes: Uint8Array, file: string, host: Host, today?: string): ParsedSpec {
  const yaml = readYaml(bytes, file)
  const references = new References(host)
  const problems: Problem[] = [...yaml.problems]
  let spec: Spec | undefined
  if (yaml.value !== undefined) {
    if (typeof yaml.value !== 'object' || yaml.value === null || Array.isArray(yaml.value)) {
      problems.push({
        severity: 'error',
        code: 'YML012',
        path: [],
        message: 'the spec is not a section with keys',
        hint: 'pibake init writes one to start from',
      })
    } else {
      const validated = validate(yaml.value, yaml.locate)
      problems.push(...validated.problems)
      if (validated.raw !== undefined) {
        spec = resolve(validated.raw, references)
        problems.push(...references.problems)
        const broken = new Set(problems.filter(({ severity }) => severity === 'error').map(({ path }) => path[0]))
        problems.push(...checkRules({ spec, raw: validated.raw, today }, broken))
      }
    }
  }
  const invalid = problems.some(({ severity, lockout }) => severity === 'error' && lockout !== true)
  return {
    spec: invalid ? undefined : spec,
    problems: inOrder(problems, yaml.locate),
    locate: yaml.locate,
    digest: digestOf(bytes, references),
    inputs: {
      sha256: sha256(bytes),
      files: references.seen.map(({ path, bytes: content }) => ({ name: path, sha256: sha256(content) })),
    },
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function digestOf(bytes: Uint8Array, references: References): string {
  const hash = createHash('sha256').update(bytes)
  for (const { path, bytes: content } of references.seen) hash.update(`\0${path}\0${content.length}\0`).update(content)
  return `sha256:${hash.digest('hex')}`
}

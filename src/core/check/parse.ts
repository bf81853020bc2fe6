import { digestOf } from '../../base/digest.ts'
import { hex, utf8 } from '../../base/host/bytes.ts'
import { sha256 } from '../../base/host/hash.ts'
import { inOrder, type Placed } from '../../base/report/print.ts'
import type { Locate, Problem, SpecPath } from '../../base/report/report.ts'
import type { KeySource } from '../spec-file/key-sources.ts'
import { readSpec, type SpecFiles } from '../spec-file/read-spec.ts'
import { type Host, References } from '../spec-file/referenced-files.ts'
import { resolve } from '../spec-file/resolve.ts'
import type { Spec } from '../spec-file/spec.ts'
import { validate } from '../spec-file/validate.ts'
import { checkRules } from './rules/index.ts'

export interface ParsedSpec {
  /** Undefined when a problem other than a lock-out is an error. */
  readonly spec: Spec | undefined
  /** Sorted by place. */
  readonly problems: readonly Placed[]
  readonly locate: Locate
  /** The spec and the files it includes. */
  readonly files: Pick<SpecFiles, 'owner' | 'texts'>
  /**
   * `sha256:…` over the values of the spec and the files it names; the contents of `files` apart, and what else holds
   * secrets: others may read it, and could hold guesses against it.
   */
  readonly digest: string
  /** Where the network has keys that the spec wants, locked or not. */
  readonly keySources: readonly KeySource[]
  /** What the spec was read from. */
  readonly inputs: SpecInputs
}

/** SHA-256 in hex of the spec's own bytes, and of the files it names but for those with secrets, in its order. */
export interface SpecInputs {
  readonly sha256: string
  /** The spec files that it includes, in the order in which they were read. */
  readonly included: readonly { readonly name: string; readonly sha256: string }[]
  /** Which of the spec's `files` have their content in the spec itself. */
  readonly inline: readonly number[]
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

/**
 * Reads a spec: YAML, shape, syntax of every value, files that it names, defaults, cross-checks. Pure but for what
 * `host` does. All problems are returned at once; none of them holds a secret's value.
 */
export function parseSpec(bytes: Uint8Array, file: string, host: Host, today?: string): ParsedSpec {
  const main = { file, bytes, readByAll: host.isSpecReadByAll ?? false }
  const yaml = readSpec(main, host.read)
  let inFile = (path: SpecPath) => path
  const open = yaml.texts.filter(({ readByAll }) => readByAll).map((text) => text.file)
  const references = new References(host, (path) => yaml.owner(inFile(path)).file, open)
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
      if (validated.sound !== undefined) {
        const { written, filled } = validated.sound
        inFile = validated.sound.inFile
        spec = resolve(filled, written, references)
        const further = references.problems.map((problem) => ({ ...problem, path: inFile(problem.path) }))
        problems.push(...further.filter((problem) => !isConsequence(problem, validated.problems)))
        const broken = new Set(problems.filter(({ severity }) => severity === 'error').map(({ path }) => path[0]))
        const judged = checkRules({ spec, written, today, isConfined: host.isConfined ?? false }, broken)
        problems.push(...judged.map((problem) => ({ ...problem, path: inFile(problem.path) })))
      }
    }
  }
  const invalid = problems.some(({ severity, lockout }) => severity === 'error' && lockout !== true)
  return {
    spec: invalid ? undefined : spec,
    problems: inOrder(problems, yaml.locate),
    locate: yaml.locate,
    files: yaml,
    digest: specDigest(yaml.value, references),
    keySources: references.keySources,
    inputs: {
      sha256: hex(sha256(bytes)),
      included: yaml.texts.slice(1).map((text) => ({ name: text.file, sha256: hex(sha256(text.bytes)) })),
      inline: filesOf(yaml.value).flatMap(({ content }, i) => (content === undefined ? [] : [i])),
      files: references.seen.map(({ path, bytes: content }) => ({ name: path, sha256: hex(sha256(content)) })),
    },
  }
}

/** Is one of two keys missed only because what stood there is wrong itself? */
function isConsequence({ code, path }: Problem, first: readonly Problem[]): boolean {
  return code === 'SPC009' && first.some((other) => path.every((step, i) => step === other.path[i]))
}

function specDigest(value: unknown, { seen }: References): string {
  const contents = new Set(filesOf(value))
  const values = JSON.stringify(value ?? null, function (this: unknown, key, one) {
    return key === 'content' && contents.has(this as WrittenFile) ? null : one
  })
  const files = seen
    .filter(({ at }) => at[0] !== 'files')
    .flatMap(({ path, bytes }) => [utf8(`\0${path}\0${bytes.length}\0`), bytes])
  return digestOf(utf8(values), ...files)
}

interface WrittenFile {
  readonly content?: unknown
}

/** The `files` of a spec, sound or not. */
function filesOf(value: unknown): readonly WrittenFile[] {
  const { files } = Object(value ?? {}) as { files?: unknown }
  return Array.isArray(files) ? files.map(Object) : []
}

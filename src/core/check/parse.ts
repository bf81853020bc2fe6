import { digestOf } from '../../base/digest.ts'
import { hex, utf8 } from '../../base/host/bytes.ts'
import { sha256 } from '../../base/host/hash.ts'
import { inOrder, type Placed } from '../../base/report/print.ts'
import { keyOf, type Locate, nearest, type Problem, positionText, type SpecPath } from '../../base/report/report.ts'
import { type Device, type FilledValues, fillIn } from '../spec-file/device-values.ts'
import type { KeySource } from '../spec-file/key-sources.ts'
import { readSpec, type SpecFiles, type SpecText } from '../spec-file/read-spec.ts'
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
  /** A problem of a value that comes from the inventory, with the place of it there; any other as it is. */
  readonly inInventory: (problem: Problem) => Problem
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
  return specParser(bytes, file, host, today)(undefined)
}

/** {@link parseSpec} for many devices of an inventory: the YAML is read once. */
export function specParser(
  bytes: Uint8Array,
  file: string,
  host: Host,
  today?: string,
): (device: Device | undefined) => ParsedSpec {
  const main = { file, bytes, readByAll: host.isSpecReadByAll ?? false }
  const yaml = readSpec(main, host.read)
  return (device) => parsedFor(yaml, fillIn(yaml.value, device), device, host, today)
}

function parsedFor(
  yaml: SpecFiles,
  { value, problems: unfilled, at }: FilledValues,
  device: Device | undefined,
  host: Host,
  today: string | undefined,
): ParsedSpec {
  let inFile = (path: SpecPath) => path
  const open = yaml.texts.filter(({ readByAll }) => readByAll).map((text) => text.file)
  const filledFrom = (path: SpecPath) => at(inFile(path))?.cell.position.file
  const inventory = device?.isReadByAll
    ? [...device.cells.values()].slice(0, 1).map(({ position }) => position.file)
    : []
  const references = new References(host, (path) => yaml.owner(inFile(path)).file, [...open, ...inventory], filledFrom)
  const problems: Problem[] = [...yaml.problems, ...unfilled]
  let spec: Spec | undefined
  if (value !== undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push({
        severity: 'error',
        code: 'YML012',
        path: [],
        message: 'the spec is not a section with keys',
        hint: 'pibake init writes one to start from',
      })
    } else {
      const validated = validate(value, yaml.locate, device && ((path) => at(path)?.isWhole ?? false))
      const wrong = new Set(unfilled.map(({ path }) => keyOf(path)))
      problems.push(...validated.problems.filter(({ path }) => !wrong.has(keyOf(path))))
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
  const inInventory = (problem: Problem): Problem => {
    const cell = at(problem.path)?.cell
    if (cell === undefined || device === undefined || problem.position?.file === cell.position.file) return problem
    const place = positionText(nearest(yaml.locate, problem.path))
    return { ...problem, position: cell.position, message: `${problem.message} (${device.id}, ${place})` }
  }
  const invalid = problems.some(({ severity, lockout }) => severity === 'error' && lockout !== true)
  return {
    spec: invalid ? undefined : spec,
    problems: inOrder(problems.map(inInventory), yaml.locate),
    locate: yaml.locate,
    files: yaml,
    digest: specDigest(value, references),
    keySources: references.keySources,
    inInventory,
    inputs: {
      sha256: hex(sha256((yaml.texts[0] as SpecText).bytes)),
      included: yaml.texts.slice(1).map((text) => ({ name: text.file, sha256: hex(sha256(text.bytes)) })),
      inline: filesOf(value).flatMap(({ content }, i) => (content === undefined ? [] : [i])),
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

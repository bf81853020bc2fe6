import type { SpecPath } from '../../base/report/report.ts'
import { isSection, type Section } from './lay-over.ts'

/** A step into a section (its key) or a list (its place). */
type Step = string | number

/** What a spec file says, or several laid over each other. */
export interface Layer<File> {
  readonly value: unknown
  /** The file that says what is at `path`, and where in it; what none says is the uppermost file's to say. */
  readonly owner: (path: SpecPath) => { readonly file: File; readonly path: SpecPath }
}

/**
 * `upper` laid over `lower`: sections key by key, lists of named sections name by name; any other value of `upper` takes the
 * place of that of `lower`.
 */
export function layFilesOver<File>(lower: Layer<File>, upper: Layer<File>): Layer<File> {
  return {
    value: joined(lower.value, upper.value),
    owner: (path) => {
      let [low, high] = [lower.value, upper.value]
      const below: Step[] = []
      const above: Step[] = []
      for (const [i, step] of path.entries()) {
        const part = partsOf(low, high)?.find(({ key }) => key === step)
        if (part === undefined) return upper.owner([...above, ...path.slice(i)])
        const rest = path.slice(i + 1)
        if (part.above === undefined) return lower.owner([...below, part.below as Step, ...rest])
        if (part.below === undefined) return upper.owner([...above, part.above, ...rest])
        below.push(part.below)
        above.push(part.above)
        low = (low as Section)[part.below]
        high = (high as Section)[part.above]
      }
      return upper.owner(above)
    },
  }
}

/** A member of what two values make together, and which member it is of each. */
interface Part {
  readonly key: Step
  readonly below: Step | undefined
  readonly above: Step | undefined
}

function joined(low: unknown, high: unknown): unknown {
  const parts = partsOf(low, high)
  if (parts === undefined) return high
  const values = parts.map(({ key, below, above }) => {
    const under = below === undefined ? undefined : (low as Section)[below]
    const over = above === undefined ? undefined : (high as Section)[above]
    return [key, above === undefined ? under : below === undefined ? over : joined(under, over)] as const
  })
  if (Array.isArray(low)) return values.map(([, value]) => value)
  return Object.assign(Object.create(null), Object.fromEntries(values))
}

/** Undefined: the upper value takes the place of the lower one as a whole. */
function partsOf(low: unknown, high: unknown): Part[] | undefined {
  // A section or list without anything in it, which YAML reads as null, says nothing.
  if (high === null && typeof low === 'object' && low !== null) return partsOf(low, Array.isArray(low) ? [] : {})
  if (isSection(low) && isSection(high)) {
    const isReplaced = (key: string) =>
      !Object.hasOwn(high, key) && alternativesOf(key).some((one) => Object.hasOwn(high, one))
    const keys = [...new Set([...Object.keys(low), ...Object.keys(high)])].filter((key) => !isReplaced(key))
    return keys.map((key) => ({
      key,
      below: Object.hasOwn(low, key) ? key : undefined,
      above: Object.hasOwn(high, key) ? key : undefined,
    }))
  }
  if (!Array.isArray(low) || !Array.isArray(high)) return undefined
  return namedParts(low, high)
}

/** Keys that say the same in another way: `psk` and `pskFile`, `content` and `source` of a file. The later one counts. */
function alternativesOf(key: string): readonly string[] {
  if (key === 'content') return ['source']
  if (key === 'source') return ['content']
  return [key.endsWith('File') ? key.slice(0, -'File'.length) : `${key}File`]
}

/** Keys that name the sections of a list: of users, networks, files, mounts. */
const NAMES = ['name', 'ssid', 'path', 'where']

function namedParts(low: readonly unknown[], high: readonly unknown[]): Part[] | undefined {
  const name = NAMES.find((key) => [...low, ...high].every((one) => isSection(one) && typeof one[key] === 'string'))
  // An empty list is written to take the members of the other one away.
  if (name === undefined || high.length === 0) return undefined
  const nameOf = (one: unknown) => (one as Section)[name]
  // Of a name that is there twice the first one counts: that it is is another rule's to say.
  const over = new Map([...high.entries()].reverse().map(([i, one]) => [nameOf(one), i]))
  const under = new Set(low.map(nameOf))
  const lower = low.map((one, i) => ({ below: i, above: over.get(nameOf(one)) }))
  const further = high.flatMap((one, i) => (under.has(nameOf(one)) ? [] : [{ below: undefined, above: i }]))
  return [...lower, ...further].map((part, key) => ({ key, ...part }))
}

import * as v from 'valibot'
import { type Locate, nearest, type Problem, type SpecPath } from '../../base/report/report.ts'
import { type Layer, layFilesOver } from './layers.ts'
import type { ReadReferenced } from './referenced-files.ts'
import { complaintOf } from './schema-messages.ts'
import { include } from './sections/include.ts'
import { readYaml, type YamlFile } from './yaml.ts'

/** A spec file as it was read. */
export interface SpecText {
  /** As messages call it; paths in it are relative to its folder. */
  readonly file: string
  readonly bytes: Uint8Array
  /** Every user of this machine may read it. */
  readonly readByAll: boolean
}

/** What a spec says together with the files that it includes. */
export interface SpecFiles extends YamlFile {
  /** The file that says what is at a path, and where in it. */
  readonly owner: (path: SpecPath) => { readonly file: string; readonly path: SpecPath }
  /** All that were read, the spec itself first. */
  readonly texts: readonly SpecText[]
}

/** A file that includes one that includes one, and so on. */
const MAX_DEPTH = 8
const MAX_FILES = 100

interface Source {
  readonly name: string
  readonly locate: Locate
}

/** Reads a spec and the files it includes, and lays them over each other: what it says itself is uppermost. */
export function readSpec(main: SpecText, read: ReadReferenced): SpecFiles {
  const problems: Problem[] = []
  const texts: SpecText[] = [main]

  function layerOf(text: SpecText, trail: readonly string[]): Layer<Source> {
    const { value, locate, problems: own } = readYaml(text.bytes, text.file)
    problems.push(...own)
    const source: Source = { name: text.file, locate }
    const layer = (of: unknown): Layer<Source> => ({ value: of, owner: (path) => ({ file: source, path }) })
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'include')) return layer(value)
    const { include: names, ...rest } = value as Record<string, unknown>
    const lower = filesOf(names, locate).map((name, i) => {
      const at = nearest(locate, ['include', i])
      const complain = (code: 'SPC007' | 'SPC016' | 'YML012', message: string, hint: string) => {
        problems.push({ severity: 'error', code, path: ['include', i], message, hint, position: at })
        return layer({})
      }
      return included(name, text.file, trail, complain)
    })
    return [...lower, layer(Object.assign(Object.create(null), rest))].reduce(layFilesOver)
  }

  /** The names in `include`, where they are some. */
  function filesOf(names: unknown, locate: Locate): readonly string[] {
    const result = v.safeParse(include, names ?? [])
    if (result.success) return result.output
    problems.push(
      ...result.issues.map((issue) =>
        complaintOf(issue, ['include', ...(issue.path ?? []).map(({ key }) => key as number)], locate),
      ),
    )
    return []
  }

  function included(
    name: string,
    from: string,
    trail: readonly string[],
    complain: (code: 'SPC007' | 'SPC016' | 'YML012', message: string, hint: string) => Layer<Source>,
  ): Layer<Source> {
    const file = besideOf(from, name)
    if (trail.includes(file)) {
      const circle = [...trail.slice(trail.indexOf(file)), file].join(' → ')
      return complain('SPC016', `${name} includes itself: ${circle}`, 'take one of these lines out')
    }
    if (trail.length > MAX_DEPTH) {
      return complain(
        'SPC016',
        `files are included more than ${MAX_DEPTH} deep`,
        'include the file from this one itself',
      )
    }
    if (texts.length >= MAX_FILES) {
      return complain('SPC016', `more than ${MAX_FILES} files are included`, 'join some of them')
    }
    const found = read(name, from)
    if ('failure' in found) {
      return complain(
        'SPC007',
        `${name} cannot be read: ${found.failure}`,
        'paths are relative to the file that includes',
      )
    }
    const text = { file, ...found }
    texts.push(text)
    const layer = layerOf(text, [...trail, file])
    const isSection = typeof layer.value === 'object' && !Array.isArray(layer.value)
    // What is not YAML has been complained about where it stands.
    if (layer.value !== undefined && !isSection) {
      return complain('YML012', `${name} is not a section with keys`, 'it is a spec like this one, or a part of one')
    }
    return layer.value === undefined || layer.value === null ? { ...layer, value: {} } : layer
  }

  const top = layerOf(main, [main.file])
  return {
    value: top.value,
    problems,
    locate: (path, part) => {
      const { file, path: own } = top.owner(path)
      return file.locate(own, part)
    },
    owner: (path) => {
      const { file, path: own } = top.owner(path)
      return { file: file.name, path: own }
    },
    texts,
  }
}

/** The name of a file that stands in another one, as seen from where that one's name is. */
function besideOf(from: string, name: string): string {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(name)) return name
  const folder = /^.*[/\\]/.exec(from)?.[0] ?? ''
  const steps = `${folder}${name}`.split('/')
  const kept: string[] = []
  for (const step of steps) {
    const last = kept.at(-1)
    if (step === '.') continue
    if (step === '..' && last !== undefined && !['', '..'].includes(last)) kept.pop()
    else kept.push(step)
  }
  return kept.join('/')
}

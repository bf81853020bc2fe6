import type { Release } from '../inspect/inventory.ts'
import type { Tree } from '../tree/tree.ts'
import { globInside } from './glob.ts'
import { canonical, scopeOf } from './keywords.ts'
import { type Condition, parseCondition } from './match.ts'
import { LineError, splitLine } from './tokens.ts'

/** Where a line stands in the image. */
export interface At {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** One line in force, with the `Match` conditions that all must hold for it (none: it is global). */
export interface Directive {
  /** Lower case, one name for all aliases. */
  readonly keyword: string
  readonly args: readonly string[]
  readonly at: At
  readonly conditions: readonly Condition[]
}

export interface SshdConfig {
  readonly release: Release
  /** In the order in which sshd reads them, `Include` and `Match` resolved. */
  readonly directives: readonly Directive[]
  /** Lines for which this release's sshd would refuse to start. */
  readonly errors: readonly { readonly at: At; readonly message: string }[]
}

/** sshd gives up at this depth of `Include` (servconf.c, SERVCONF_MAX_DEPTH). */
const MAX_DEPTH = 16

/** Reads the configuration that the sshd of this image would start with. A missing file is an empty one. */
export function readSshdConfig(root: Tree, release: Release, file = '/etc/ssh/sshd_config'): SshdConfig {
  const directives: Directive[] = []
  const errors: { at: At; message: string }[] = []

  const readFile = (path: string, outer: readonly Condition[], depth: number): void => {
    let own: readonly Condition[] = []
    for (const [index, raw] of textOf(root, path).split('\n').entries()) {
      const at = { file: path, line: index + 1 }
      try {
        const line = splitLine(raw)
        if (line === undefined) continue
        const keyword = canonical(line.keyword)
        const scope = scopeOf(release, line.keyword)
        const conditions = [...outer, ...own]
        if (scope === undefined) throw new LineError(`Bad configuration option: ${line.keyword}`)
        if (scope === 'ignored') continue
        if (keyword === 'match') {
          own = [parseCondition(line.args, release)]
        } else if (keyword === 'include') {
          if (depth === MAX_DEPTH) throw new LineError('Include is nested too deeply')
          for (const pattern of line.args) {
            for (const included of globInside(root, pattern)) readFile(included, conditions, depth + 1)
          }
        } else if (scope === 'global' && conditions.some((c) => !c.all)) {
          throw new LineError(`${line.keyword} is not allowed within a Match block`)
        } else if (line.args.length === 0) {
          throw new LineError(`no argument after keyword "${line.keyword}"`)
        } else {
          directives.push({ keyword, args: line.args, at, conditions })
        }
      } catch (error) {
        if (!(error instanceof LineError)) throw error
        errors.push({ at, message: error.message })
      }
    }
  }

  readFile(file, [], 0)
  return { release, directives, errors }
}

function textOf(root: Tree, path: string): string {
  return new TextDecoder().decode(root.read(path) ?? new Uint8Array())
}

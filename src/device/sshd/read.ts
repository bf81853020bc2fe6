import { remembered } from '../../base/remembered.ts'
import { Steps } from '../../base/steps.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import type { Release } from '../inspect/inventory.ts'
import type { Directive, SshdConfig } from './config.ts'
import { configErrors } from './config-errors.ts'
import { entryAt, textAt } from './files.ts'
import { globInside } from './glob.ts'
import { canonical, ignoredBelowMatch, scopeOf, takesRest } from './keywords.ts'
import { type Condition, parseCondition } from './match.ts'
import type { ConfigError, SourceLine } from './source-line.ts'
import { LineError, splitCriteria, splitLine } from './tokens.ts'
import { valueRefusal } from './values.ts'

/** sshd gives up at this depth of `Include` (servconf.c, SERVCONF_MAX_DEPTH). */
const MAX_DEPTH = 16
const MOST_LINES = 50_000

/**
 * Reads the configuration that the sshd of this image would start with.
 *
 * @throws TargetError when that is without end
 */
export function readSshdConfig(root: Tree, release: Release, file = '/etc/ssh/sshd_config'): SshdConfig {
  return configOf(root, release, file)
}

const configOf = remembered((root: Tree, release: Release, file: string): SshdConfig => {
  const directives: Directive[] = []
  const met: Condition[] = []
  const errors: ConfigError[] = []
  const steps = new Steps("lines of sshd's configuration", MOST_LINES)

  const readFile = (path: string, from: SourceLine, outer: readonly Condition[], depth: number): void => {
    let own: readonly Condition[] = []
    const content = textAt(root, path)
    // Without sshd there is no configuration yet: the package brings one.
    if (content === undefined && (depth > 0 || entryAt(root, '/usr/sbin/sshd') !== undefined)) {
      errors.push({ at: from, message: `${path} cannot be opened` })
    }
    for (const [index, raw] of linesOf(content ?? '').entries()) {
      const at = { file: path, line: index + 1 }
      try {
        const line = splitLine(raw)
        if (line === undefined) continue
        steps.take(at)
        const { args, rest } = line
        const keyword = canonical(line.keyword)
        const conditions = [...outer, ...own]
        const scope = scopeHere(release, line.keyword, conditions)
        if (scope === 'ignored') continue
        if (keyword === 'match') {
          own = [parseCondition(release === 'bookworm' ? splitCriteria(rest) : args, release, at)]
          met.push(...own)
          continue
        }
        const refused = valueRefusal(release, keyword, args, rest)
        if (refused !== undefined) throw new LineError(`${line.keyword} ${refused}`)
        if (keyword === 'include') {
          if (depth === MAX_DEPTH) throw new LineError('Include is nested too deeply')
          for (const pattern of args) {
            for (const included of globInside(root, pattern)) readFile(included, at, conditions, depth + 1)
          }
        } else if (args.length > 0 || takesRest.has(keyword)) directives.push({ keyword, args, rest, at, conditions })
      } catch (error) {
        if (!(error instanceof LineError)) throw error
        errors.push({ at, message: error.message })
      }
    }
  }

  readFile(file, { file, line: 1 }, [], 0)
  return {
    release,
    directives,
    conditions: met,
    errors: [...errors, ...configErrors(root, release, directives)],
  }
})

/** @throws LineError for a keyword that this sshd does not know, or not below these conditions */
function scopeHere(
  release: Release,
  keyword: string,
  conditions: readonly Condition[],
): 'match' | 'global' | 'ignored' {
  const scope = scopeOf(release, keyword)
  if (scope === undefined) throw new LineError(`Bad configuration option: ${keyword}`)
  const isMatched = scope === 'match' || (scope === 'ignored' && ignoredBelowMatch.has(keyword.toLowerCase()))
  if (!isMatched && conditions.some((c) => !c.all)) {
    throw new LineError(`${keyword} is not allowed within a Match block`)
  }
  return scope
}

/** sshd drops the rest of a line from a NUL on, its end too (servconf.c, load_server_config). */
function linesOf(text: string): readonly string[] {
  return text.replace(/\0[^\n]*\n?/g, '').split('\n')
}

import { visible } from '../base/encode/visible.ts'
import { assetText } from '../base/host/assets.ts'
import { codes, isCode } from '../base/report/codes.ts'
import { suggest } from '../base/report/suggest.ts'
import { benchmarkRules } from '../core/audit/benchmark.ts'
import { rulePageText } from '../core/audit/rule-pages.ts'
import { type RuleId, rules } from '../core/audit/rules.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson } from './io.ts'
import { markdownLines } from './markdown.ts'
import { printPaged } from './pager.ts'

/** Prints the page of a rule of the audit. */
export function explainRule(io: Io, rule: RuleId): ExitCode {
  const page = rulePageText(rule)
  if (io.json) printJson(io, { schema: 'pibake.rule/1', rule, ...rules[rule], page })
  else printPaged(io, markdownLines(io, page))
  return EXIT.ok
}

/** Prints what is to be said of a rule of scap-security-guide. */
export function explainBenchmark(io: Io, rule: string, page: string): ExitCode {
  const { key = null, number = null } = benchmarkRules().find(({ name }) => name === rule) ?? {}
  if (io.json) printJson(io, { schema: 'pibake.benchmark/1', rule, number, key, page })
  else printPaged(io, markdownLines(io, page))
  return EXIT.ok
}

/** Prints the page of a code, which may be typed in small letters. */
export function explainCode(io: Io, typed: string): ExitCode {
  const code = typed.toUpperCase()
  if (!isCode(code)) {
    const near = suggest(code, Object.keys(codes)) ?? suggest(typed, Object.keys(rules))
    const hint = near === undefined ? 'for a line of a file: pibake explain SPEC TARGET PATH' : `did you mean ${near}?`
    const message = `${visible(typed)} is neither the code of an error or warning nor a rule of the audit`
    io.stderr.write(`pibake: ${message}\n  hint: ${hint}\n`)
    if (io.json) printJson(io, { schema: 'pibake.failure/1', exit: EXIT.usage, message, hint })
    return EXIT.usage
  }
  const page = assetText(`docs/errors/${code}.md`)
  const [name, meaning] = codes[code]
  if (io.json) printJson(io, { schema: 'pibake.code/1', code, name, meaning, page })
  else printPaged(io, markdownLines(io, page))
  return EXIT.ok
}

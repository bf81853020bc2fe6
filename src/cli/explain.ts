import type { Command } from 'commander'
import { visible } from '../base/encode/visible.ts'
import { benchmarkPageText } from '../core/audit/benchmark.ts'
import { isRule } from '../core/audit/rules.ts'
import { explainLines } from '../core/plan/explain.ts'
import type { Operation } from '../core/plan/operation.ts'
import { originText } from '../core/presentation/note-lines.ts'
import { keyAt } from '../core/presentation/print-changes.ts'
import { pathKey } from '../storage/tree/tree.ts'
import { common, type Run } from './command.ts'
import { EXIT } from './exit.ts'
import { explainBenchmark, explainCode, explainRule } from './explain-code.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { pibakeCommand } from './next.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import { packageOptions } from './package-options.ts'
import { printPaged } from './pager.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { specOptions } from './spec-options.ts'
import { TARGET, targetOptions } from './target.ts'

/** `pibake explain SPEC TARGET PATH`, `pibake explain CODE` and `pibake explain RULE` */
export function addExplain(program: Command, run: Run): void {
  const command = program
    .command('explain')
    .usage(`SPEC PATH ${TARGET} [options]\n       pibake explain CODE\n       pibake explain RULE`)
    .description(
      'which spec key made which line of a path, and why; or what the code of a message or a rule of the audit means',
    )
    .addHelpText(
      'after',
      examples(
        ['pibake explain SSH004', 'what the code of a message means, and its cure'],
        ['pibake explain root-unasked', 'why a rule of the audit matters, and what closes it'],
        ['pibake explain pibake.yaml /etc/passwd --image base.img', 'the spec line behind each line of a file'],
      ),
    )
    .argument(
      '<spec>',
      'the spec file; alone, the code of an error or warning, e.g. SSH004, or a rule of the audit or of scap-security-guide',
    )
    .argument('[path]', 'a path on the device, e.g. /etc/passwd or boot:/cmdline.txt')
  common(specOptions(packageOptions(targetOptions(command, (words) => words.length > 1)))).action(
    run(async (io: Io, spec: string, path: string | undefined, options: PrepareOptions & TargetOptions) => {
      if (path === undefined) {
        const page = benchmarkPageText(spec)
        if (page !== undefined) return explainBenchmark(io, spec, page)
        return isRule(spec) ? explainRule(io, spec) : explainCode(io, spec)
      }
      const prepared = await prepare(io, spec, { ...options, reportOnly: true }, () => openTarget(options))
      if (typeof prepared === 'number') return prepared
      const operation = find(prepared.plan.operations, path)
      if (operation === undefined) {
        const hint = `${pibakeCommand('plan', [spec], options)} --all`
        io.stderr.write(`pibake: ${visible(`the plan does not touch ${path}`)}\n  hint: ${visible(hint)}\n`)
        return EXIT.failed
      }
      if (io.json) printJson(io, { schema: 'pibake.explain/1', ...explanation(operation) })
      else printPaged(io, linesOf(operation))
      return EXIT.ok
    }),
  )
}

function find(operations: readonly Operation[], path: string): Operation | undefined {
  const key = keyAt(path)
  return operations.find((operation) => pathKey(operation) === key)
}

function explanation(operation: Operation) {
  return {
    path: pathKey(operation),
    kind: operation.kind,
    origin: operation.origin,
    lines: operation.kind === 'file' ? explainLines(operation) : [],
  }
}

function linesOf(operation: Operation): string[] {
  const { path, kind, origin, lines } = explanation(operation)
  const width = Math.min(60, Math.max(0, ...lines.map((line) => line.text.length)))
  return [
    visible(`${path}  ${kind}`),
    `  ${originText(origin)}`,
    ...lines.map(({ number, text, origin: own }) => {
      const why = own === undefined ? 'as in the image' : originText(own)
      return visible(`${String(number).padStart(4)}  ${text.padEnd(width)}  ${why}`)
    }),
  ]
}

import type { Command } from 'commander'
import { visible } from '../../encode/visible.ts'
import { explainLines } from '../../plan/explain.ts'
import { type Operation, pathKey } from '../../plan/operation.ts'
import { common, type Run } from '../command.ts'
import { EXIT } from '../exit.ts'
import { explainCode } from '../explain-code.ts'
import { type Io, printJson } from '../io.ts'
import { originText } from '../origin-text.ts'
import { packageOptions } from '../package-options.ts'
import { type Prepared, type PrepareOptions, prepare } from '../prepare.ts'
import { openTarget, type TargetOptions, targetOptions } from '../target.ts'

/** `pibake explain SPEC TARGET PATH` and `pibake explain CODE` */
export function addExplain(program: Command, run: Run): void {
  const command = program
    .command('explain')
    .usage('[options] <spec> <path> | <code>')
    .description('which spec key made which line of a path, and why; or what the code of a message means')
    .argument('<spec>', 'the spec file; alone, the code of an error or warning, e.g. SSH004')
    .argument('[path]', 'a path on the device, e.g. /etc/passwd or boot:/cmdline.txt')
  common(packageOptions(targetOptions(command, (words) => words.length > 1))).action(
    run(async (io: Io, spec: string, path: string | undefined, options: PrepareOptions & TargetOptions) => {
      if (path === undefined) return explainCode(io, spec)
      const prepared = await prepare(io, spec, { ...options, acceptLockout: true }, () => openTarget(options))
      if (typeof prepared === 'number') return prepared
      const operation = find(prepared.plan.operations, path)
      if (operation === undefined) {
        io.stderr.write(visible(`pibake: the plan does not touch ${path}`))
        io.stderr.write('\n')
        return EXIT.failed
      }
      if (io.json) printJson(io, { schema: 'pibake.explain/1', ...explanation(prepared, operation) })
      else print(io, prepared, operation)
      return EXIT.ok
    }),
  )
}

/** `boot:/x` and `root:/x` name the partition; `/boot/firmware/x` is where the device mounts the boot partition. */
function find(operations: readonly Operation[], path: string): Operation | undefined {
  const key = /^(boot|root):/.test(path)
    ? path
    : path.startsWith('/boot/firmware/')
      ? `boot:${path.slice('/boot/firmware'.length)}`
      : `root:${path}`
  return operations.find((operation) => pathKey(operation) === key)
}

function explanation({ target }: Prepared, operation: Operation) {
  return {
    path: pathKey(operation),
    kind: operation.kind,
    origin: operation.origin,
    lines: operation.kind === 'file' ? explainLines(target[operation.partition], operation) : [],
  }
}

function print(io: Io, prepared: Prepared, operation: Operation): void {
  const { path, kind, origin, lines } = explanation(prepared, operation)
  io.stdout.write(`${visible(`${path}  ${kind}`)}\n  ${originText(origin)}\n`)
  const width = Math.min(60, Math.max(0, ...lines.map((line) => line.text.length)))
  for (const line of lines) {
    const why = line.origin === undefined ? 'as in the image' : originText(line.origin)
    io.stdout.write(visible(`${String(line.number).padStart(4)}  ${line.text.padEnd(width)}  ${why}`))
    io.stdout.write('\n')
  }
}

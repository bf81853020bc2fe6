import type { Command } from 'commander'
import { changesOf } from '../../plan/changes.ts'
import { pathKey } from '../../plan/operation.ts'
import { differences } from '../../plan/state.ts'
import { common, type Run } from '../command.ts'
import { hostKeyFacts, problemFacts } from '../documents.ts'
import { driftLines } from '../drift-lines.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type Io, printJson, say } from '../io.ts'
import { packageOptions } from '../package-options.ts'
import { type PrepareOptions, prepare } from '../prepare.ts'
import { rebuild } from '../rebuild.ts'
import { openTarget, type TargetOptions, targetOptions } from '../target.ts'

interface VerifyOptions extends PrepareOptions, TargetOptions {
  readonly rebuild?: string
}

/** `pibake verify SPEC TARGET` */
export function addVerify(program: Command, run: Run): void {
  common(packageOptions(targetOptions(program.command('verify'))))
    .summary('compare a target with what the spec compiles to')
    .description('Compares the target with what the spec compiles to, and lists every drift. Writes nothing.')
    .argument('<spec>', 'the spec file')
    .option('--rebuild <base>', 'bake this base again, and compare the bytes with those of --image')
    .addHelpText('after', '\nExit codes: 0 no drift, 2 invalid spec, 3 target refused, 4 drift.')
    .action(run((io, spec: string, options: VerifyOptions) => verify(io, spec, options)))
}

async function verify(io: Io, specFile: string, options: VerifyOptions): Promise<ExitCode> {
  if (options.rebuild !== undefined) return rebuild(io, specFile, options.rebuild, options)
  const prepared = await prepare(io, specFile, { ...options, acceptLockout: true }, () => openTarget(options))
  if (typeof prepared === 'number') return prepared
  const { target, plan, verdict, hostKeys } = prepared
  const drift = changesOf(target, plan.operations)
  if (io.json) {
    printJson(io, {
      schema: 'pibake.verify/1',
      digest: plan.digest,
      drift: drift.map(({ operation, before }) => ({
        path: pathKey(operation),
        differences: differences(operation, before),
        origin: operation.origin,
      })),
      access: verdict,
      problems: problemFacts(prepared.problems, prepared.locate),
      hostKeys: hostKeyFacts(hostKeys),
    })
  } else {
    for (const line of driftLines(drift)) io.stdout.write(`${line}\n`)
    say(io, drift.length === 0 ? 'no drift: the target is as the spec says' : `${drift.length} paths have drifted`)
  }
  return drift.length === 0 ? EXIT.ok : EXIT.drift
}

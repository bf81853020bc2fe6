import { rmSync, statSync } from 'node:fs'
import { sha256OfFile } from '../base/disk/hash-file.ts'
import { changesOf } from '../core/plan/changes.ts'
import { isWorkedOn } from '../device/inspect/booted.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson, say } from './io.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import type { PrepareOptions } from './prepare.ts'
import { withBakeJob } from './with-bake.ts'

/**
 * Bakes the base again, with the host keys of the output if it has any, and holds the result against the output.
 *
 * @returns 0: the same, byte by byte; 4: not
 */
export async function rebuild(
  io: Io,
  specFile: string,
  base: string,
  options: PrepareOptions & TargetOptions,
): Promise<ExitCode> {
  const { image: out } = options
  if (out === undefined) {
    io.stderr.write('pibake: --rebuild compares with an image: give --image OUT\n')
    return EXIT.usage
  }
  const { root } = openTarget(options)
  const settings = {
    ...options,
    reportOnly: true,
    // Who has baked the output has taken its base.
    allowBooted: options.allowBooted === true || isWorkedOn(root),
    hostKeysFrom: root,
    route: { base, out, choice: options },
    isHashed: false,
    // What it is held against is its own judge.
    trustBase: true,
  }
  return withBakeJob(io, specFile, settings, async (job, { plan, epoch, target }, signal) => {
    const made = await job.bake(changesOf(target, plan.operations), { epoch, operations: plan.operations })
    const isSame = await isSameFile(made.file, out, signal).finally(() => rmSync(made.file, { force: true }))
    if (io.json) printJson(io, { schema: 'pibake.rebuild/1', digest: plan.digest, same: isSame })
    say(io, isSame ? `baked again: ${out} is the same, byte by byte` : `baked again: ${out} differs`)
    return isSame ? EXIT.ok : EXIT.drift
  })
}

async function isSameFile(a: string, b: string, signal: AbortSignal): Promise<boolean> {
  return (
    statSync(a).size === statSync(b).size && (await sha256OfFile(a, { signal })) === (await sha256OfFile(b, { signal }))
  )
}

import { rmSync, statSync } from 'node:fs'
import { sha256OfFile } from '../archive/hash-file.ts'
import { changesOf } from '../plan/changes.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson, say } from './io.ts'
import type { PrepareOptions } from './prepare.ts'
import { openTarget, type TargetOptions } from './target.ts'
import { withBakery } from './with-bakery.ts'

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
  const settings = {
    ...options,
    acceptLockout: true,
    hostKeysFrom: openTarget(options).root,
    route: { base, out },
    isHashed: false,
  }
  return withBakery(io, specFile, settings, async (bakery, { plan, epoch, target }, signal) => {
    const made = await bakery.bake(changesOf(target, plan.operations), { epoch, operations: plan.operations })
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

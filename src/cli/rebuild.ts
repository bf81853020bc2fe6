import { rmSync, statSync } from 'node:fs'
import { sha256OfFile } from '../archive/hash-file.ts'
import type { Bakery } from '../bake/bakery.ts'
import { openBakery } from '../bake/open.ts'
import { changesOf } from '../plan/changes.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { interruptible } from './interrupt.ts'
import { type Io, printJson, say } from './io.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { progress } from './progress.ts'
import { openTarget, type TargetOptions } from './target.ts'

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
  return interruptible(async (signal) => {
    const working = {
      signal,
      isHashed: false,
      progress: (title: string, total: number | undefined) => progress(io, title, total),
    }
    let bakery: Bakery | undefined
    try {
      const prepared = await prepare(
        io,
        specFile,
        { ...options, acceptLockout: true, makeHostKeys: true, hostKeysFrom: openTarget(options).root, carry: 'must' },
        async () => {
          bakery = await openBakery({ base, out }, working)
          return bakery.target
        },
      )
      if (typeof prepared === 'number' || bakery === undefined) return prepared as ExitCode
      const { plan, epoch, target } = prepared
      const made = await bakery.bake(changesOf(target, plan.operations), { epoch, operations: plan.operations })
      const isSame = await isSameFile(made.file, out, signal).finally(() => rmSync(made.file, { force: true }))
      if (io.json) printJson(io, { schema: 'pibake.rebuild/1', digest: plan.digest, same: isSame })
      say(io, isSame ? `baked again: ${out} is the same, byte by byte` : `baked again: ${out} differs`)
      return isSame ? EXIT.ok : EXIT.drift
    } finally {
      bakery?.close()
    }
  })
}

async function isSameFile(a: string, b: string, signal: AbortSignal): Promise<boolean> {
  return (
    statSync(a).size === statSync(b).size && (await sha256OfFile(a, { signal })) === (await sha256OfFile(b, { signal }))
  )
}

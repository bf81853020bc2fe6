import type { BakeJob } from '../write/bake/bake-job.ts'
import { openBakeJob } from '../write/bake/open.ts'
import type { ExitCode } from './exit.ts'
import { interruptible } from './interrupt.ts'
import type { Io } from './io.ts'
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
import { progress } from './progress.ts'

export interface BakeJobOptions extends PrepareOptions {
  /** Base and output, as {@link openBakeJob} takes them. */
  readonly route: Parameters<typeof openBakeJob>[0]
  readonly isHashed: boolean
  readonly trustBase: boolean
}

/**
 * Opens a base, plans on it as {@link prepare} does, and lets `use` bake. Ctrl-C calls all of it off; the base is closed in any
 * case.
 *
 * @returns what `use` returns, or the exit code with which to end before
 */
export function withBakeJob(
  io: Io,
  specFile: string,
  { route, isHashed, trustBase, ...options }: BakeJobOptions,
  use: (job: BakeJob, prepared: Prepared, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  return interruptible(async (signal) => {
    const shown = (title: string, total: number | undefined) => progress(io, title, total)
    const opened: { job?: BakeJob } = {}
    try {
      const prepared = await prepare(io, specFile, { ...options, makeHostKeys: true, carry: 'must' }, async () => {
        opened.job = await openBakeJob(route, { signal, isHashed, trustBase, progress: shown })
        return opened.job.target
      })
      if (typeof prepared === 'number') return prepared
      if (opened.job === undefined) throw new Error('a plan without a base')
      return await use(opened.job, prepared, signal)
    } finally {
      opened.job?.close()
    }
  })
}

import type { Bakery } from '../bake/bakery.ts'
import { openBakery } from '../bake/open.ts'
import type { ExitCode } from './exit.ts'
import { interruptible } from './interrupt.ts'
import type { Io } from './io.ts'
import { type Prepared, type PrepareOptions, prepare } from './prepare.ts'
import { progress } from './progress.ts'

export interface BakeryOptions extends PrepareOptions {
  /** Base and output, as {@link openBakery} takes them. */
  readonly route: Parameters<typeof openBakery>[0]
  readonly isHashed: boolean
}

/**
 * Opens a base, plans on it as {@link prepare} does, and lets `use` bake. Ctrl-C calls all of it off; the base is closed in any
 * case.
 *
 * @returns what `use` returns, or the exit code with which to end before
 */
export function withBakery(
  io: Io,
  specFile: string,
  { route, isHashed, ...options }: BakeryOptions,
  use: (bakery: Bakery, prepared: Prepared, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  return interruptible(async (signal) => {
    const shown = (title: string, total: number | undefined) => progress(io, title, total)
    const opened: { bakery?: Bakery } = {}
    try {
      const prepared = await prepare(io, specFile, { ...options, makeHostKeys: true, carry: 'must' }, async () => {
        opened.bakery = await openBakery(route, { signal, isHashed, progress: shown })
        return opened.bakery.target
      })
      if (typeof prepared === 'number') return prepared
      if (opened.bakery === undefined) throw new Error('a plan without a base')
      return await use(opened.bakery, prepared, signal)
    } finally {
      opened.bakery?.close()
    }
  })
}

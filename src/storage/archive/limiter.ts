/**
 * Lets at most `most` pieces of work run at once; the others wait, in the order in which they came.
 *
 * @returns what does the work when its turn comes; once `signal` is aborted, nothing more is begun
 */
export function limiter(most: number): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (signal, work) => {
    if (running < most) running += 1
    // Whoever ends hands over its place.
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

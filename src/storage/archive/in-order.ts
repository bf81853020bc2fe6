/** Results that may wait for an earlier one, for each lane. */
const AHEAD = 3

/**
 * Makes something of every item, in `lanes` at once, and yields the results in the order of the items. When one fails,
 * or nobody wants more, what is under way is called off by its signal and waited for.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  lanes: number,
  signal: AbortSignal | undefined,
  make: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const rest = items[Symbol.iterator]()
  const stop = new AbortController()
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  const waiting: Promise<R>[] = []
  let running = 0
  const fill = () => {
    while (running < lanes && waiting.length < lanes * AHEAD && !either.aborted) {
      const item = rest.next()
      if (item.done === true) return
      running += 1
      const made = make(item.value, either).finally(() => {
        running -= 1
        fill()
      })
      // Its failure is met when its turn comes.
      made.catch(() => undefined)
      waiting.push(made)
    }
  }
  try {
    fill()
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const result = await first
      waiting.shift()
      fill()
      yield result
    }
    signal?.throwIfAborted()
  } finally {
    stop.abort()
    await Promise.allSettled(waiting)
  }
}

/**
 * Does several works at a time. When one fails the others are called off and waited for.
 *
 * @returns their results, in order
 * @throws what the first one that failed threw
 */
export async function together<T extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  works: { readonly [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> },
): Promise<T> {
  const stop = new AbortController()
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  const begun = works.map((work) => work(either))
  try {
    return (await Promise.all(begun)) as unknown as T
  } catch (error) {
    stop.abort()
    await Promise.allSettled(begun)
    throw error
  }
}

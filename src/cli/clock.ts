/**
 * SOURCE_DATE_EPOCH in seconds since 1970, undefined where it is not set (reproducible-builds.org, version 1.1).
 *
 * @throws Error when it is not a whole number
 */
export function sourceDateEpoch(env: NodeJS.ProcessEnv): number | undefined {
  const text = env.SOURCE_DATE_EPOCH
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,12}$/.test(text)) throw new Error('SOURCE_DATE_EPOCH is not a whole number of seconds')
  return Number(text)
}

/** The day against which expiry dates are judged, `YYYY-MM-DD` in UTC. */
export function today(env: NodeJS.ProcessEnv): string {
  const given = sourceDateEpoch(env)
  return new Date(given === undefined ? Date.now() : given * 1000).toISOString().slice(0, 10)
}

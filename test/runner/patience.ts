import { spawnSync } from 'node:child_process'

/** Seconds that {@link work} takes on the machine for which the limits of the tests were written, when it is quiet. */
const NORMAL = 0.7

/** Measures how much slower than that this machine is now: what limits of time are multiplied by; never less than 1. */
export function measurePatience(): number {
  const begun = performance.now()
  work()
  return Math.max(1, (performance.now() - begun) / 1000 / NORMAL)
}

/** What the tests do most: they start programs. */
function work(): void {
  for (let i = 0; i < 100; i++) spawnSync('true')
}

/** A limit for this machine, in whole seconds. Twice what was measured at the start: others may begin to work meanwhile. */
export function patient(seconds: number): number {
  return Math.ceil(seconds * 2 * Number(process.env.PIBAKE_TEST_PATIENCE ?? '1'))
}

import type { Rule } from './rule.ts'

/** Of the local half, which sshd and the network wait for (firstboot/units, TimeoutStartSec), what is left beside the host keys. */
const BEFORE_NETWORK = 180
/** firstboot/steps/45-scripts-network.sh and 90-scripts.sh. */
const STEP = 7200
/** The local half is begun at five starts at most (firstboot/lib/state.sh). */
const LOCAL_STARTS = 5

/** Scripts with limits of their own fit into the step that runs them. */
export const scriptsEndInTime: Rule = {
  reads: ['firstBoot'],
  check({ spec }, report) {
    const { scripts } = spec.firstBoot
    for (const when of ['before-network', 'network', 'last'] as const) {
      const own = scripts.filter((script) => script.when === when)
      // Of plain names there may be any number: each is begun again until it has succeeded.
      if (!own.some(({ hasLimits }) => hasLimits)) continue
      const most = when === 'before-network' ? BEFORE_NETWORK : STEP
      const seconds = own.reduce((sum, script) => sum + script.seconds, 0)
      if (seconds <= most) continue
      const message = `the scripts of when: ${when} may take ${seconds} s together, and ${most} s are there`
      const hint =
        when === 'before-network' ? 'sshd waits for them: shorter ones, or when: network' : 'shorter timeouts'
      report.error(
        'FBT013',
        ['firstBoot', 'scripts', scripts.indexOf(own.at(-1) as (typeof own)[number])],
        message,
        hint,
      )
    }
    for (const [i, { when, retries }] of scripts.entries()) {
      if (when !== 'before-network' || retries === undefined || retries < LOCAL_STARTS) continue
      const message = `${retries} retries before the network: that part is begun at ${LOCAL_STARTS} starts at most`
      report.error('FBT012', ['firstBoot', 'scripts', i, 'retries'], message, `at most ${LOCAL_STARTS - 1}`)
    }
  },
}

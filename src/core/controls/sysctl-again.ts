import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** Kernel settings once more when the network is up: an interface that comes later gets its own anew. */
export const sysctlAgain: Control = { name: 'sysctl again', compile }

/** The CIS Benchmark names it so. */
const UNIT = 'sysctl-reapply-network.service'
const FILE = `/etc/systemd/system/${UNIT}`

function compile(context: Context): Contribution {
  const origin = context.because(['hardening', 'sysctlAgain'], 'interfaces that come later get them too')
  if (!context.spec.hardening.sysctlAgain)
    return { operations: staleOnly(context.inventory.root, [FILE, WANTED], origin) }
  return {
    operations: [rootFile(FILE, {}, origin)],
    units: [{ unit: UNIT, state: 'enabled', origin }],
  }
}

const WANTED = `/etc/systemd/system/multi-user.target.wants/${UNIT}`

import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** Modes of files of the system, set at each start (tmpfiles.d(5)): programs make some of them anew. */
export const fileModes: Control = { name: 'file modes', compile }

const FILE = '/etc/tmpfiles.d/pibake-modes.conf'

function compile(context: Context): Contribution {
  const origin = context.because(['hardening', 'fileModes'], 'what is in them concerns root alone')
  if (context.spec.hardening.fileModes === 'image')
    return { operations: staleOnly(context.inventory.root, [FILE], origin) }
  // The benchmark of each release has another one; with this mode neither reads it.
  const gshadow = context.inventory.release === 'bookworm' ? 'shadow' : 'root'
  return { operations: [rootFile(FILE, { gshadow }, origin)] }
}

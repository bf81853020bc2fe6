import { file } from '../plan/operation.ts'
import type { Context, Contribution, Control } from './control.ts'
import { staleOnly } from './root-file.ts'

/** Who may have jobs of cron and at (crontab(1), at.allow(5)). */
export const jobUsers: Control = { name: 'job users', compile }

const FILES = ['/etc/cron.allow', '/etc/at.allow'] as const

function compile(context: Context): Contribution {
  const origin = context.because(['hardening', 'jobs'], 'who is not in it has no crontab and no jobs of at')
  if (context.spec.hardening.jobs === 'image') {
    const ours = FILES.filter((path) => new TextDecoder().decode(context.inventory.root.read(path)) === OWN)
    return { operations: staleOnly(context.inventory.root, ours, origin) }
  }
  const content = new TextEncoder().encode(OWN)
  return { operations: FILES.map((path) => file(path, content, { mode: 0o640, origin })) }
}

/** Neither file knows comments. */
const OWN = 'root\n'

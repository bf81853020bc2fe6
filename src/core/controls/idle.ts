import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/** Shells and sessions that nobody uses end: bash's TMOUT, and logind.conf(5). */
export const idle: Control = { name: 'idle', compile }

const SHELL = '/etc/profile.d/90-pibake-idle.sh'
const SESSION = '/etc/systemd/logind.conf.d/99-zz-pibake-idle.conf'

function compile(context: Context): Contribution {
  const { shell, session } = context.spec.hardening.idle
  const { root } = context.inventory
  const file = (key: 'shell' | 'session', path: string, seconds: number) => {
    const origin = context.because(['hardening', 'idle', key], 'who goes away leaves nothing open')
    if (seconds === 0) return staleOnly(root, [path], origin)
    return [rootFile(path, { seconds: new Traced(String(seconds), origin) }, origin)]
  }
  return { operations: [...file('shell', SHELL, shell * 60), ...file('session', SESSION, session * 60)] }
}

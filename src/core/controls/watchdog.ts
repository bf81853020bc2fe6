import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

const FILE = '/etc/systemd/system.conf.d/99-zz-pibake-watchdog.conf'

/**
 * The board restarts when systemd gives no sign of life (systemd-system.conf(5), RuntimeWatchdogSec). The chip itself waits 15 s
 * at most; for a longer time the kernel gives it its signs in between (Documentation/watchdog, max_hw_heartbeat_ms).
 */
export const watchdog: Control = { name: 'watchdog', compile }

function compile(context: Context): Contribution {
  const seconds = context.spec.hardware.watchdog
  const origin = context.because(
    ['hardware', 'watchdog'],
    seconds === 0 ? 'the board does not restart by itself' : 'a board that hangs starts again',
  )
  if (seconds === undefined) return { operations: staleOnly(context.inventory.root, [FILE], origin) }
  const value = new Traced(seconds === 0 ? '0' : `${seconds}s`, origin)
  return {
    operations: [rootFile(FILE, { seconds: value }, origin)],
    configTxt:
      seconds === 0
        ? []
        : ['dtoverlay=', 'dtparam=watchdog=on'].map((line) => ({
            filter: 'all',
            line,
            origin,
            inOrder: true as const,
          })),
  }
}

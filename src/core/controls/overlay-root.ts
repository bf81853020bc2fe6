import type { Note } from '../plan/request.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

/**
 * With what overlayroot needs and does not depend on: its hook copies mke2fs, without which no initramfs is made any more, and its
 * script is for the shell of busybox; that of klibc ends at its first `trap … EXIT`, and the root is written as ever.
 */
const PACKAGES = ['overlayroot', 'busybox', 'e2fsprogs']

/** What an earlier plan has asked the first start for (firstboot/lib/overlay.sh). */
const ASKED = '/etc/pibake/first-boot/overlay-root'

/** Keeps a unit from a root in memory, which the kernel refuses to mount again ("No changes allowed in reconfigure"). */
const REMOUNT = '/etc/systemd/system/systemd-remount-fs.service.d/pibake-overlay-root.conf'

/**
 * A root file system that no start after the first one writes, by the package overlayroot. The first start switches it on at its
 * end; here is what it needs, and what it means for the rest of the spec.
 */
export const overlayRoot: Control = { name: 'overlay root', compile }

function compile(context: Context): Contribution {
  const { spec, inventory } = context
  const origin = context.because(['hardening', 'overlayRoot'], 'what is written after the first start is not kept')
  if (spec.hardening.overlayRoot === 'off') {
    if (inventory.root.lstat(ASKED) === undefined) return {}
    return {
      operations: staleOnly(inventory.root, [REMOUNT], origin),
      cmdline: [
        { remove: /overlayroot=.*/, origin },
        { remove: 'pibake.unlocked', origin },
      ],
    }
  }
  const say = (message: string): Note => ({ severity: 'warning', message, origin })
  const { unattended, sshServerDaily } = spec.updates
  return {
    operations: [rootFile(REMOUNT, {}, origin)],
    packages: PACKAGES.map((name) => ({ name, action: 'install', origin })),
    notes: [
      say(
        'once the first start is done, what is written is gone at each restart: for a start that keeps it, pibake-firstboot unlock',
      ),
      ...(unattended || sshServerDaily
        ? [say('upgrades go into memory, and are made again after each restart; to keep them: pibake-firstboot unlock')]
        : []),
      ...(spec.hardening.journal.storage === 'persistent'
        ? [say('the journal ends with each restart, although hardening.journal.storage is persistent')]
        : []),
      ...(spec.fail2ban.enabled ? [say('fail2ban forgets at each restart whom it has banned')] : []),
    ],
  }
}

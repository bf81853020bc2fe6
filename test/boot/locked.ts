import * as assert from 'uvu/assert'
import type { Device } from './device.ts'
import { FIRST_START, isOk, type Life, START, state } from './lives.ts'

/** Written by each start; in memory it is gone at the next one. */
const MARK = '/var/lib/mark'

/**
 * Starts a device whose root is locked after its first start: by the initramfs that the device has made, in which the script of
 * the package overlayroot is. Then it is unlocked for one start.
 *
 * @param device the card in a machine, with the initramfs that it has made itself or without
 */
export async function liveLocked(device: (made: boolean) => Promise<Device>, { checks }: Life): Promise<void> {
  const first = await device(false)
  try {
    await first.start()
    await checks.check('before the lock the first start ends', () =>
      first.until('the end of the first start', 2 * FIRST_START, () => !['pending', 'running'].includes(state(first))),
    )
    await checks.check('before the lock the status is ok', () => isOk(first))
    await checks.check('the first start wrote to the card itself', () => assert.is(rootOf(first), 'ext4'))
    await first.shutDown('poweroff')
  } finally {
    await first.remove()
  }

  const later = await device(true)
  /** One more start, until the owner is in. */
  const start = async (name: string) => {
    await later.start()
    await checks.check(`${name} the owner logs in`, () =>
      later.until('a login', START, () => later.login('true').status === 0),
    )
    await checks.check(`${name} the status is ok`, () => isOk(later))
    await checks.check(`${name} no unit failed`, () =>
      assert.is(later.asRoot('systemctl --failed --no-legend --plain'), ''),
    )
    await checks.check(`${name} the firewall and fail2ban are up`, () =>
      assert.match(later.asRoot('ufw status && systemctl is-active fail2ban'), /^Status: active\n(?:.*\n)*active\n$/),
    )
  }
  const marked = () => later.asRoot(`cat ${MARK} 2>/dev/null || echo nothing`)
  try {
    await start('locked:')
    await checks.check('locked: the root is in memory', () => assert.is(rootOf(later), 'overlay'))
    later.asRoot(`echo locked >${MARK}; sync`)
    await later.shutDown('reboot')
    await start('locked once more:')
    await checks.check('locked once more: what was written is gone', () => assert.is(marked(), 'nothing\n'))
    await checks.check('locked once more: it can be unlocked', () =>
      assert.match(later.asRoot('pibake-firstboot unlock'), /the next start can be written/),
    )
    await later.shutDown('reboot')
    await start('unlocked:')
    await checks.check('unlocked: the root is the card', () => assert.is(rootOf(later), 'ext4'))
    later.asRoot(`echo unlocked >${MARK}; sync`)
    await later.shutDown('reboot')
    await start('locked again:')
    await checks.check('locked again: the root is in memory', () => assert.is(rootOf(later), 'overlay'))
    await checks.check('locked again: what was written unlocked is there', () => assert.is(marked(), 'unlocked\n'))
    await later.shutDown('poweroff')
  } finally {
    await later.remove()
  }
}

/** The type of the file system that is the root. */
function rootOf(device: Device): string {
  return device.asRoot('findmnt --noheadings --output FSTYPE /').trim()
}

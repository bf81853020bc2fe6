import { chmodSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, plan, started } from './support/device.ts'

/** A root file system that no start after the first one writes. */
const test = suite('first boot: overlay root')

const CMDLINE = 'boot/firmware/cmdline.txt'
const STOCK = 'console=tty1 root=PARTUUID=0fac1a1e-02 rootfstype=ext4 rootwait'
const DISK = '/dev/mmcblk0p2 / ext4 rw 0 0\n/dev/mmcblk0p1 /boot/firmware vfat rw,relatime 0 0\n'
const MEMORY = DISK.replace('/dev/mmcblk0p2 / ext4', 'overlayroot / overlay')
const LOCKED = 'overlayroot=tmpfs:recurse=0'

/** One whose first start is over. */
const finished = started(test, () =>
  new Device()
    .write(CMDLINE, `${STOCK}\n`)
    .write('boot/firmware/config.txt', 'arm_64bit=1\nauto_initramfs=1\n')
    .write('usr/share/initramfs-tools/scripts/init-bottom/overlayroot', '#!/bin/sh\n')
    .write('boot/initrd.img-6.12.34+rpt-rpi-v8', 'usr/bin/busybox\nscripts/init-bottom/overlayroot\n')
    .write('proc/mounts', DISK)
    .write('proc/cmdline', `${STOCK}\n`),
)

async function on(device: Device, use: (device: Device) => Promise<void>): Promise<void> {
  try {
    await use(device)
  } finally {
    device.remove()
  }
}

/** A device that is asked for it now; and one whose start is as cmdline.txt says. */
const asking = () => finished().redo('overlay-root').ask('overlay-root', 'yes\n')
function restart(device: Device): Device {
  const words = device.read(CMDLINE)
  device.boot()
  return device.write('proc/cmdline', words).write('proc/mounts', words.includes('overlayroot=') ? MEMORY : DISK)
}
const words = (device: Device) => device.read(CMDLINE).trim()
const reboots = (device: Device) =>
  device.has('run/systemctl-calls') && device.read('run/systemctl-calls').includes('reboot --no-block')

test('the word is added when all is done, after all initramfs are made anew, and later starts write nothing', () =>
  on(asking(), async (device) => {
    const run = await device.call(['run'])
    assert.is(run.status, 0, run.stdout)
    assert.match(run.stdout, 'overlay-root: ok (done now)')
    assert.is(words(device), `${STOCK} ${LOCKED}`)
    assert.is(device.read('run/initramfs-calls'), '-u -k all\n')
    restart(device)
    const before = device.snapshot()
    assert.is((await device.call(['run'])).status, 0)
    assert.is(device.snapshot(), before)
    assert.not.ok(reboots(device))
    assert.is((await device.call(['status'])).status, 0)
  }))

test('while another step is not done the device goes on being written', () =>
  on(asking().redo('scripts').ask('scripts/01-a.sh', '#!/bin/sh\nexit 1\n'), async (device) => {
    chmodSync(device.path('etc/pibake/first-boot/scripts/01-a.sh'), 0o700)
    const run = await device.call(['run'])
    assert.match(run.stdout, 'overlay-root: degraded (overlay-waits)')
    assert.is(words(device), STOCK)
  }))

for (const [reason, spoil] of [
  ['overlayroot-missing', (d: Device) => d.forget('usr/share/initramfs-tools/scripts/init-bottom/overlayroot')],
  ['initramfs-not-loaded', (d: Device) => d.write('boot/firmware/config.txt', '#auto_initramfs=1\n')],
  ['initramfs-not-made', (d: Device) => d.write('initramfs-refuses', '')],
  ['initramfs-not-made', (d: Device) => d.forget('boot/initrd.img-6.12.34+rpt-rpi-v8')],
  ['initramfs-without-busybox', (d: Device) => d.write('boot/initrd.img-6.1', 'usr/bin/busybox.txt\nbin/sh\n')],
  ['boot-not-writable', (d: Device) => d.write('proc/mounts', DISK.replace('vfat rw', 'vfat ro'))],
  ['boot-not-writable', (d: Device) => d.write(CMDLINE, 'console=tty1\n')],
] as const) {
  test(`${reason}: said, and cmdline.txt stays as it is`, () =>
    on(asking(), async (device) => {
      spoil(device)
      const before = device.read(CMDLINE)
      assert.match((await device.call(['run'])).stdout, `overlay-root: degraded (${reason})`)
      assert.is(device.read(CMDLINE), before)
    }))
}

test('a start that was to be in memory and is not: the status says so, and a repair makes the initramfs anew', () =>
  on(asking(), async (device) => {
    await device.call(['run'])
    assert.is((await device.call(['status'])).status, 0)
    restart(device).write('proc/mounts', DISK)
    assert.is((await device.call(['run'])).status, 0)
    const status = await device.call(['status'])
    assert.is(status.status, 2)
    assert.match(
      status.stderr,
      'overlay-root: the root file system is written, in a start that was to keep it in memory',
    )
    const repair = await device.call(['run', '--repair'])
    assert.match(repair.stdout, 'overlay-root: ok (done now)')
    assert.is(words(device), `${STOCK} ${LOCKED}`)
    assert.is((await device.call(['status'])).status, 0)
  }))

test('unlock: one start is written, the next is not', () =>
  on(asking(), async (device) => {
    await device.call(['run'])
    restart(device)
    const unlock = await device.call(['unlock'])
    assert.is(unlock.status, 0, unlock.stderr)
    assert.is(words(device), `${STOCK} pibake.unlocked`)
    restart(device)
    assert.is(device.read('proc/mounts'), DISK)
    assert.is((await device.call(['run'])).status, 0)
    assert.is(words(device), `${STOCK} ${LOCKED}`)
    assert.not.ok(reboots(device), 'the start that is written goes on')
    restart(device)
    assert.is(device.read('proc/mounts'), MEMORY)
  }))

test('a power cut while cmdline.txt is written leaves one of the two', () =>
  on(asking(), async (device) => {
    await device.call(['run'])
    restart(device)
    await device.call(['unlock'], { env: { PIBAKE_FAULT: 'put.cmdline.txt:cut' } })
    assert.is(words(device), `${STOCK} ${LOCKED}`)
  }))

test('a plan that is not done is not done in memory: unlocked, started again, and locked when it is done', () =>
  on(asking(), async (device) => {
    await device.call(['run'])
    restart(device)
    device.write('etc/pibake/plan', `${plan.replace('ab', 'cd')}\n`)
    const first = await device.call(['run', 'local'])
    assert.match(first.stdout, 'run: unlocked, for the plan is not done; starting again')
    assert.ok(reboots(device))
    assert.is(words(device), `${STOCK} pibake.unlocked`)
    restart(device)
    assert.is((await device.call(['run'])).status, 0)
    assert.not.ok(reboots(device))
    assert.is(words(device), `${STOCK} ${LOCKED}`)
  }))

test('an overlay that no word of cmdline.txt made is not a reason to start again', () =>
  on(asking(), async (device) => {
    device.write('proc/mounts', MEMORY)
    await device.call(['run', 'local'])
    assert.not.ok(reboots(device))
  }))

test('unlock is refused where there is nothing to unlock, uninstall where it would not be kept', () =>
  on(finished(), async (device) => {
    const unlock = await device.call(['unlock'])
    assert.is(unlock.status, 1)
    assert.is(words(device), STOCK)
    device.redo('overlay-root').ask('overlay-root', 'yes\n')
    await device.call(['run'])
    restart(device)
    assert.is((await device.call(['uninstall'])).status, 1)
    assert.ok(device.has('etc/pibake/plan'))
    await device.call(['unlock'])
    restart(device)
    assert.is((await device.call(['uninstall'])).status, 0)
    assert.is(words(device), STOCK)
  }))

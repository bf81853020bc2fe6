import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { assertFlashable, assertLargeEnough, assertSameDevice } from '../../../src/write/flash/device-guards.ts'
import { type Device, findDevice, listDevices } from '../../../src/write/flash/devices.ts'
import { mountedCards } from '../../../src/write/flash/mounted-cards.ts'
import { suite } from '../../support/suite.ts'
import { inWorkdir } from '../../support/workdir.ts'
import { blockDevice, fakeSystem, type SystemFiles } from './support/fake-system.ts'

const test = suite('flash: devices of this machine')

const GB = 2_000_000
const USB = 'pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host2/target2:0:0/2:0:0:0'

/** A laptop: its SSD below LVM, a stick, an SD card in the reader inside, an eMMC, an empty reader, an external disk. */
const LAPTOP: SystemFiles = {
  ...blockDevice(
    'nvme0n1',
    'pci0000:00/nvme/nvme0',
    {
      dev: '259:0',
      size: `${512 * GB}`,
      removable: '0',
      ro: '0',
      'device/model': 'FAST 512   ',
      'device/serial': 'NV1',
    },
    { nvme0n1p1: { dev: '259:1' }, nvme0n1p2: { dev: '259:2', 'holders/dm-0': '' } },
  ),
  ...blockDevice('dm-0', 'virtual', { dev: '253:0', size: `${500 * GB}`, removable: '0', ro: '0' }),
  ...blockDevice(
    'sdb',
    USB,
    {
      dev: '8:16',
      size: `${32 * GB}`,
      removable: '1',
      ro: '0',
      'device/vendor': 'SanDisk',
      'device/model': 'Ultra',
      diskseq: '7',
    },
    { sdb1: { dev: '8:17' }, sdb2: { dev: '8:18' } },
  ),
  '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/idVendor': '0781\n',
  '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/serial': '4C5300\n',
  ...blockDevice('mmcblk0', 'mmc0', {
    dev: '179:0',
    size: `${16 * GB}`,
    removable: '0',
    ro: '0',
    'device/type': 'SD',
    'device/name': 'SC16G',
    'device/serial': '0x1',
  }),
  ...blockDevice('mmcblk1', 'mmc1', {
    dev: '179:8',
    size: `${64 * GB}`,
    removable: '0',
    ro: '0',
    'device/type': 'MMC',
    'device/name': 'DG4',
    'device/serial': '0x2',
  }),
  ...blockDevice('sdc', 'usb-empty', { dev: '8:32', size: '0', removable: '1', ro: '0', 'device/model': 'Reader' }),
  ...blockDevice(
    'sdd',
    'usb-disk',
    { dev: '8:48', size: `${2000 * GB}`, removable: '0', ro: '0', 'device/model': 'Backup' },
    { sdd1: { dev: '8:49' } },
  ),
  '/run/udev/data/b8:48': 'S:disk/by-id/x\nE:ID_SERIAL_SHORT=WD99\n',
  '/proc/self/mountinfo': [
    '21 1 253:0 / / rw - ext4 /dev/mapper/vg-root rw',
    '22 21 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw',
    '30 21 8:17 / /media/a/bootfs rw - vfat /dev/sdb1 rw',
    '31 21 8:18 / /media/a/my\\040rootfs rw - ext4 /dev/sdb2 rw',
    '32 21 0:42 / /media/a/backup rw - btrfs /dev/sdd1 rw',
    '',
  ].join('\n'),
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n',
}

const at = (name: string, all: readonly Device[]) => all.find((device) => device.name === name) as Device

test('every disk with something in it, as lsblk shows it; what is removable and what is not', () =>
  inWorkdir((folder) => {
    const all = listDevices(fakeSystem(folder, LAPTOP))
    assert.equal(
      all.map(({ name, model, serial, isRemovable }) => [name, model, serial, isRemovable]),
      [
        ['mmcblk0', 'SC16G', '0x1', true],
        ['mmcblk1', 'DG4', '0x2', false],
        ['nvme0n1', 'FAST 512', 'NV1', false],
        ['sdb', 'SanDisk Ultra', '4C5300', true],
        ['sdd', 'Backup', 'WD99', false],
      ],
    )
    assert.equal(
      at('sdb', all).mounts.map(({ point }) => point),
      ['/media/a/my rootfs', '/media/a/bootfs'],
    )
    // Of btrfs the number is made up, and the root lies on LVM.
    assert.equal(
      at('sdd', all).mounts.map(({ point }) => point),
      ['/media/a/backup'],
    )
    assert.equal(
      at('nvme0n1', all)
        .mounts.map(({ point }) => point)
        .sort(),
      ['/', '/boot'],
    )
    assert.equal(at('nvme0n1', all).holders, ['dm-0'])
  }))

test('what must not be overwritten is refused by the reason that counts most', () =>
  inWorkdir((folder) => {
    const disk = fakeSystem(folder, {
      ...LAPTOP,
      '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n/dev/mmcblk1 partition 1 0 -2\n',
      ...blockDevice('sde', 'usb-locked', { dev: '8:64', size: `${GB}`, removable: '1', ro: '1' }),
      ...blockDevice('sdf', 'usb-raid', { dev: '8:80', size: `${GB}`, removable: '1', ro: '0', 'holders/md0': '' }),
    })
    const refusal = (path: string, allowed: Partial<Parameters<typeof assertFlashable>[2]> = {}) => {
      try {
        assertFlashable(path, findDevice(path, disk), { forced: [], unmount: false, ...allowed })
        return ''
      } catch (error) {
        assert.is((error as Error).name, 'TargetError')
        return (error as Error).message
      }
    }
    assert.match(refusal('/dev/nvme0n1', { forced: ['NV1'], unmount: true }), /holds this system: \/(?:boot)? is on it/)
    assert.match(refusal('/dev/mmcblk1', { forced: ['0x2'] }), 'holds this system: its swap space')
    assert.match(refusal('/dev/sdb1'), 'is a partition')
    assert.match(refusal('/dev/sdb'), /SanDisk Ultra, 32\.77 GB, serial 4C5300\) is mounted at \/media\/a\/my rootfs/)
    assert.is(refusal('/dev/sdb', { unmount: true }), '')
    assert.is(refusal('/dev/mmcblk0'), '')
    assert.match(refusal('/dev/sdc'), 'nothing in this reader')
    assert.match(refusal('/dev/sdd', { unmount: true }), 'not a card or stick')
    assert.match(refusal('/dev/sdd', { unmount: true, forced: ['WD98'] }), 'not a card or stick')
    assert.is(refusal('/dev/sdd', { unmount: true, forced: ['WD99'] }), '')
    assert.match(refusal('/dev/sde'), 'write-protected')
    assert.match(refusal('/dev/sdf'), 'in use below md0')
    assert.match(refusal('/dev/none'), 'not a block device')
  }))

test('a card that was changed for another one, or is too small, is not written', () =>
  inWorkdir((folder) => {
    const disk = fakeSystem(folder, LAPTOP)
    const stick = findDevice('/dev/sdb', disk) as Device
    assertSameDevice(stick, findDevice('/dev/sdb', disk))
    for (const other of [{ size: 1 }, { serial: 'x' }, { sequence: '8' }, { number: '8:32' }]) {
      assert.throws(() => assertSameDevice(stick, { ...stick, ...other }), /another card/)
    }
    assert.throws(() => assertSameDevice(stick, undefined), /another card/)
    assertLargeEnough(stick, stick.size)
    assert.throws(() => assertLargeEnough(stick, stick.size + 1), /too small/)
  }))

test('a card that a desktop has mounted is found by what is on it; the system itself never', () =>
  inWorkdir((folder) => {
    const files = (points: Readonly<Record<string, readonly string[]>>) => {
      for (const [point, names] of Object.entries(points))
        for (const name of names) {
          mkdirSync(dirname(join(point, name)), { recursive: true })
          writeFileSync(join(point, name), '')
        }
    }
    const [boot, root] = [join(folder, 'media/bootfs'), join(folder, 'media/rootfs')]
    files({ [boot]: ['config.txt', 'cmdline.txt'], [root]: ['etc/os-release'] })
    const mounts = (lines: readonly string[]) => ({
      ...LAPTOP,
      '/proc/self/mountinfo': ['21 1 253:0 / / rw - ext4 /dev/mapper/vg-root rw', ...lines, ''].join('\n'),
    })
    const seen = (name: string, lines: readonly string[]) =>
      mountedCards(fakeSystem(join(folder, name), mounts(lines))).map((card) => [
        card.device.name,
        card.boot,
        card.root,
      ])
    const bootLine = `30 21 8:17 / ${boot} rw - vfat /dev/sdb1 rw`
    const rootLine = `31 21 8:18 / ${root} rw - ext4 /dev/sdb2 rw`
    assert.equal(seen('both', [bootLine, rootLine]), [['sdb', boot, root]])
    assert.equal(seen('boot', [bootLine]), [['sdb', boot, undefined]])
    assert.equal(seen('root', [rootLine]), [['sdb', undefined, root]])
    assert.equal(seen('none', []), [])
    // Another system's root on a disk inside is not a card.
    assert.equal(seen('inside', [`31 21 8:49 / ${root} rw - ext4 /dev/sdd1 rw`]), [])
  }))

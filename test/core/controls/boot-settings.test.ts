import * as assert from 'uvu/assert'
import { editCmdline } from '../../../src/core/compile/cmdline.ts'
import { editConfigTxt } from '../../../src/core/compile/config-txt.ts'
import { bootSettings } from '../../../src/core/controls/boot-settings.ts'
import { interfaces } from '../../../src/core/controls/hardware-interfaces.ts'
import { watchdog } from '../../../src/core/controls/watchdog.ts'
import type { Operation } from '../../../src/core/plan/operation.ts'
import { BOARDS } from '../../../src/device/formats/boards.ts'
import { readConfigTxt } from '../../../src/device/formats/config-txt.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { Target } from '../../../src/storage/tree/tree.ts'
import { contextOf, quiet, written } from '../../support/control.ts'
import { memoryTree, textOf } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { compiled } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { parse, smallSpec, sound } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('interfaces, watchdog, config.txt and cmdline.txt')

const IMAGE = `dtparam=audio=on
camera_auto_detect=1
dtoverlay=vc4-kms-v3d
[cm4]
otg_mode=1
[cm5]
dtoverlay=dwc2,dr_mode=host
[all]
`
type Hardware = Partial<typeof quiet.hardware>

/** config.txt with what a spec wants of it. */
function configOf(hardware: Hardware, image = IMAGE): string {
  const context = contextOf(
    { hardware: { ...quiet.hardware, ...hardware } },
    { boot: memoryTree({ '/config.txt': image }) },
  )
  const requests = [interfaces, watchdog, bootSettings].flatMap((control) => control.compile(context).configTxt ?? [])
  const operation = editConfigTxt(image, requests, origin)
  return operation === undefined ? image : textOf(operation)
}

const read = (text: string, name: string) => {
  const board = BOARDS.find((one) => one.name === name)
  if (board === undefined) throw new Error(name)
  return readConfigTxt((file) => (file === 'config.txt' ? text : undefined), board)
}

for (const { name } of BOARDS) {
  test(`${name}: what is switched on is on, and for the base tree, whatever overlay came before`, () => {
    const all = { i2c: true, spi: true, uart: true, oneWire: true, i2s: true, camera: true, usbGadget: true }
    const on = read(configOf({ interfaces: all, watchdog: 15 }), name)
    for (const parameter of ['i2c_arm', 'spi', 'i2s', 'watchdog']) {
      assert.equal(
        [on.parameters.get(parameter)?.value, on.parameters.get(parameter)?.of],
        ['on', undefined],
        parameter,
      )
    }
    assert.is(on.settings.get('enable_uart')?.value, '1')
    const isFive = BOARDS.find((board) => board.name === name)?.filters.includes('pi5')
    assert.is(on.parameters.get('uart0')?.value, isFive === true ? 'on' : undefined)
    assert.ok(on.overlays.some((overlay) => overlay.name === 'w1-gpio'))
    const last = on.overlays.filter((overlay) => overlay.name === 'dwc2').at(-1)
    assert.is(last?.value, 'dr_mode=peripheral')
    const none = { i2c: false, spi: false, uart: false, i2s: false, camera: false }
    const off = read(configOf({ interfaces: none }), name)
    for (const parameter of ['i2c_arm', 'spi', 'i2s']) assert.is(off.parameters.get(parameter)?.value, 'off')
    assert.is(off.settings.get('camera_auto_detect')?.value, '0')
  })
}

test('lines of the spec keep their order and their filters, alone', () => {
  const configTxt = [
    { filter: 'all', line: 'dtparam=fan_temp0=50000' },
    { filter: 'pi4', line: 'gpu_mem=16' },
    { filter: 'cm4', line: 'gpu_mem=32' },
    { filter: 'gpio4=1', line: 'gpu_mem=64' },
    { filter: 'all', line: 'dtoverlay=gpio-shutdown' },
    { filter: 'all', line: 'dtparam=gpio_pin=3' },
  ]
  const text = configOf({ configTxt })
  assert.is(read(text, 'CM4').settings.get('gpu_mem')?.value, '32')
  assert.is(read(text, '4B').settings.get('gpu_mem')?.value, '16')
  assert.is(read(text, '3B').settings.get('gpu_mem')?.value, undefined)
  assert.is(read(text, '5').parameters.get('gpio_pin')?.of, 'gpio-shutdown')
  assert.is(read(text, '5').parameters.get('fan_temp0')?.of, undefined)
})

for (const { title, options } of everySample()) {
  test(`${title}: the second time nothing changes, and without the keys all is as it was`, () => {
    const hardware = {
      interfaces: { i2c: true, uart: true, usbGadget: true },
      watchdog: 60,
      configTxt: [{ filter: 'pi4', line: 'gpu_mem=16' }],
      cmdline: { add: ['cgroup_enable=memory', 'rootwait-not'], remove: ['fsck.repair=yes'] },
    }
    const image = samplePiOs(options)
    const applied = (target: Target, keys: object) => {
      const result = sound({ ...smallSpec(), hardware: keys })
      return compiled(result, target, { allowBooted: true }).plan.operations
    }
    const lay = (target: ReturnType<typeof samplePiOs>, operations: readonly Operation[]) => {
      for (const one of operations) {
        const { nodes } = target[one.partition === 'boot' ? 'boot' : 'root'] as { nodes: Map<string, unknown> }
        if (one.kind === 'remove') nodes.delete(one.path)
        if (one.kind === 'file')
          nodes.set(one.path, { kind: 'file', content: one.content, mode: one.mode, uid: 0, gid: 0 })
      }
    }
    const bytes = (operations: readonly Operation[], path: string) =>
      operations.flatMap((one) =>
        one.kind === 'file' && one.path === path ? [new TextDecoder().decode(one.content)] : [],
      )
    const before = new TextDecoder().decode(image.boot?.read('/config.txt'))
    const first = applied(image, hardware)
    const cmdline = bytes(first, '/cmdline.txt')[0]?.split(/\s+/) ?? []
    assert.ok(cmdline.includes('cgroup_enable=memory') && !cmdline.includes('fsck.repair=yes'))
    assert.equal(bytes(first, '/etc/modules-load.d/pibake.conf'), ['# Written by pibake.\ni2c-dev\ndwc2\ng_ether\n'])
    lay(image, first)
    const second = applied(image, hardware)
    for (const path of [
      '/config.txt',
      '/cmdline.txt',
      '/etc/pibake/kernel-arguments',
      '/etc/modules-load.d/pibake.conf',
    ]) {
      assert.equal(bytes(second, path), bytes(first, path), path)
    }
    const without = applied(image, {})
    lay(image, without)
    assert.equal(bytes(applied(image, {}), '/etc/pibake/plan'), bytes(without, '/etc/pibake/plan'), 'the digest')
    assert.is(new TextDecoder().decode(image.boot?.read('/config.txt')), before)
    assert.not.match(new TextDecoder().decode(image.boot?.read('/cmdline.txt')), /cgroup_enable|rootwait-not/)
    for (const path of [
      '/etc/pibake/kernel-arguments',
      '/etc/modules-load.d/pibake.conf',
      '/etc/systemd/system.conf.d/99-zz-pibake-watchdog.conf',
    ]) {
      assert.is(image.root.lstat(path), undefined, path)
    }
  })
}

test('a word that the image has of itself stays when the key goes', () => {
  const context = contextOf(
    { hardware: { ...quiet.hardware, cmdline: { add: ['quiet'], remove: [] } } },
    { boot: memoryTree({ '/cmdline.txt': 'root=/dev/x quiet\n' }) },
  )
  const part = bootSettings.compile(context)
  assert.equal(part.operations, [])
  assert.is(textOf(editCmdline('root=/dev/x quiet\n', part.cmdline ?? [])), 'root=/dev/x quiet\n')
})

test('the watchdog of systemd, on and off', () => {
  const file = (seconds: number) =>
    written(
      watchdog.compile(contextOf({ hardware: { ...quiet.hardware, watchdog: seconds } })),
      '/etc/systemd/system.conf.d/99-zz-pibake-watchdog.conf',
    )
  assert.match(file(15), /^RuntimeWatchdogSec=15s$/m)
  assert.match(file(0), /^RuntimeWatchdogSec=0$/m)
})

test('what the image switches on and no line can take back is said', () => {
  const boot = memoryTree({ '/config.txt': '[pi3]\ndtoverlay=w1-gpio,gpiopin=17\n' })
  const context = contextOf(
    { hardware: { ...quiet.hardware, interfaces: { ...quiet.hardware.interfaces, oneWire: false } } },
    { boot },
  )
  assert.equal(
    interfaces.compile(context).notes?.map(({ message }) => message),
    ['config.txt:2 of the image loads w1-gpio, and no later line can take it back'],
  )
})

const codes = (hardware: object, hardening: object = {}) =>
  parse({ ...smallSpec(), hardware, hardening })
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, path }) => `${code} ${path.slice(1).join('.')}`)

test('lines and words that another key decides about are refused where they stand', () => {
  const lines = [
    'kernel=mine.img',
    'cmdline=other.txt',
    'initramfs=x',
    'auto_initramfs=0',
    'os_prefix=old/',
    'dtparam=i2c_arm=on',
    'dtparam=audio=on,spi=off',
    'enable_uart=1',
    'dtoverlay=disable-bt',
    'program_usb_boot_mode=1',
    'arm_64bit=0',
  ]
  const configTxt = lines.map((line) => ({ line }))
  assert.equal(
    codes({ configTxt }),
    lines.map((_, i) => `HWR004 configTxt.${i}.line`),
  )
  const words = [
    'root=/dev/sda2',
    'init=/bin/sh',
    'rw',
    'systemd.unit=rescue.target',
    'systemd.run=/x',
    'systemd.debug_shell',
    'rd.break',
    'single',
    '1',
    'apparmor=0',
    'overlayroot=tmpfs',
    'lsm=yama',
    'cloud-init=enabled',
    'ds=nocloud',
  ]
  for (const list of ['add', 'remove']) {
    assert.equal(
      codes({ cmdline: { [list]: words } }),
      words.map((_, i) => `HWR004 cmdline.${list}.${i}`),
    )
  }
  assert.equal(codes({ cmdline: { add: ['console=ttyAMA0,115200'] } }), [])
  assert.equal(codes({ cmdline: { add: ['console=ttyAMA0,115200'] } }, { serialConsole: 'off' }), [
    'HWR004 cmdline.add.0',
  ])
  assert.equal(codes({ cmdline: { add: ['a=1'], remove: ['a=1'] } }), ['HWR004 cmdline.remove.0'])
})

test('what is no line, filter, word or time is refused where it stands', () => {
  for (const line of ['gpu_mem = 16', '[pi4]', '# x', 'gpu_mem', 'x'.repeat(120), 'a=b\nc=d']) {
    assert.is(codes({ configTxt: [{ line }] }).length, 1, line)
  }
  for (const filter of ['pi6', '[pi4]', 'none', 'tryboot', 'PI4']) {
    assert.equal(codes({ configTxt: [{ filter, line: 'gpu_mem=16' }] }), ['HWR003 configTxt.0.filter'], filter)
  }
  for (const add of ['a b', 'a="b"', 'resize', 'x=firstboot']) {
    assert.equal(codes({ cmdline: { add: [add] } }), ['HWR005 cmdline.add.0'], add)
  }
  assert.equal(codes({ watchdog: 601 }), ['HWR007 watchdog'])
  assert.equal(codes({ interfaces: { uart: false } }, { serialConsole: 'on' }), ['HWR006 interfaces.uart'])
})

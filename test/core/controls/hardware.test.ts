import * as assert from 'uvu/assert'
import { editConfigTxt } from '../../../src/core/compile/config-txt.ts'
import { hardware } from '../../../src/core/controls/hardware.ts'
import { modules } from '../../../src/core/controls/modules.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import { contextOf, problemsOf, quiet, sampleContext, written } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { origin } from '../../support/origin.ts'
import { samples } from '../../support/samples.ts'
import { suite } from '../../support/suite.ts'

const test = suite('hardware')

function contextFor(wanted: Partial<Spec['hardware']>, blockedModules: readonly string[] = [], cmdline?: string) {
  return contextOf(
    {
      hardware: { ...quiet.hardware, ...wanted },
      hardening: { ...quiet.hardening, blockedModules },
    },
    cmdline === undefined ? {} : { boot: memoryTree({ '/cmdline.txt': cmdline }) },
  )
}

const MODPROBE = '/etc/modprobe.d/pibake.conf'
const RULE = '/etc/udev/rules.d/99-pibake-usb-storage.rules'

test('radios are off under the name that each board knows', () => {
  const part = hardware.compile(contextFor({ wifi: 'off', bluetooth: 'off' }))
  const file = editConfigTxt('arm_64bit=1\n[cm5]\ndtoverlay=dwc2\n', part.configTxt ?? [], origin)
  assert.is(
    new TextDecoder().decode(file?.content),
    'arm_64bit=1\n[cm5]\ndtoverlay=dwc2\n# pibake: begin\n[all]\ndtoverlay=disable-wifi\ndtoverlay=disable-bt\n[pi5]\ndtoverlay=disable-wifi-pi5\ndtoverlay=disable-bt-pi5\n[all]\n# pibake: end\n',
  )
  assert.equal(
    part.units?.map(({ unit, state }) => `${unit} ${state}`),
    ['wpa_supplicant.service disabled', 'bluetooth.service disabled', 'hciuart.service disabled'],
  )
})

test('radios that are on are left alone', () => {
  const part = hardware.compile(contextFor({}))
  assert.equal([part.configTxt, part.units, part.notes], [[], [], []])
})

test('the drivers are blocked as well, each once, and the file goes when nothing is', () => {
  const part = modules.compile(
    contextFor({ wifi: 'off', bluetooth: 'off', usbStorage: 'block' }, ['usb_storage', 'dccp']),
  )
  const lines = written(part, MODPROBE)
    .split('\n')
    .filter((line) => line.startsWith('install'))
  const names = lines.map((line) => line.split(' ')[1])
  assert.equal(names, [
    'usb_storage',
    'dccp',
    'brcmfmac',
    'cfg80211',
    'mac80211',
    'bluetooth',
    'btbcm',
    'btusb',
    'hci_uart',
    'uas',
  ])
  assert.is(modules.compile(contextFor({})).operations?.[0]?.kind, 'remove')
})

test('modules that the device needs cannot be blocked', () => {
  const needed = ['vfat', 'nls-ascii', 'ext4', 'mmc_block', 'brcmfmac', 'bluetooth', 'ipv6', 'overlay', 'smsc95xx']
  assert.equal(
    problemsOf(modules.compile(contextFor({}, needed))),
    needed.map((_, i) => `SVC016 hardening.blockedModules[${i}]`),
  )
  assert.equal(problemsOf(modules.compile(contextFor({ wifi: 'off' }, ['brcmfmac']))), [])
  const firewall = { ...quiet.firewall, enabled: true }
  const hardening = { ...quiet.hardening, blockedModules: ['nf_tables', 'xt_recent', 'nft-ct'] }
  assert.is(modules.compile(contextOf({ firewall, hardening })).problems?.length, 3)
  assert.is(modules.compile(contextOf({ hardening })).problems?.length, 0)
})

test('USB disks: a rule for drivers that are built in, and no image that starts from what it blocks', () => {
  const part = hardware.compile(contextFor({ usbStorage: 'block' }, [], 'console=tty1 root=PARTUUID=1234-02 rw\n'))
  assert.match(written(part, RULE), /^ACTION=="add", .*bInterfaceClass.=="08".*authorized.="0"$/m)
  assert.equal(problemsOf(part), [])
  assert.is(part.notes?.length, 1)
  const usb = hardware.compile(contextFor({ usbStorage: 'block' }, [], 'root=/dev/sda2 rootwait\n'))
  assert.equal(problemsOf(usb), ['HWR002 hardware.usbStorage'])
  const allowed = hardware.compile(contextFor({ usbStorage: 'allow' }, [], 'root=/dev/sda2\n'))
  assert.equal(problemsOf(allowed), [])
  assert.is(allowed.operations?.find((o) => o.path === RULE)?.kind, 'remove')
})

for (const profile of ['standard', 'strict', 'cis'] as const) {
  test(`the ${profile} profile blocks nothing that is needed`, () => {
    for (const options of samples) {
      assert.equal(problemsOf(modules.compile(sampleContext(options, profile))), [])
      assert.equal(problemsOf(hardware.compile(sampleContext(options, profile))), [])
    }
  })
}

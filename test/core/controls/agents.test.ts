import * as assert from 'uvu/assert'
import { agents } from '../../../src/core/controls/agents.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { behaviours } from '../../../src/sample/behaviours.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import type { MemoryTree } from '../../../src/storage/tree/memory.ts'
import { runControl, secondRunDiffers } from '../../support/control.ts'
import { remove, textOf, write } from '../../support/edit.ts'
import { everySample } from '../../support/samples.ts'
import { HASH, KEYS, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('agents')

const SPEC = `version: 1\nusers:\n  - { name: alice, passwordHash: "${HASH}", authorizedKeys: ["${KEYS.alice}"] }\n`
const spec = specOf(SPEC)
const trixie = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
const bookworm = () => samplePiOs({ behaviour: 'bookworm-2025', variant: 'lite', architecture: 'arm64' })
const isMasked = (root: MemoryTree, unit: string) => {
  const entry = root.lstat(`/etc/systemd/system/${unit}`)
  return entry?.kind === 'symlink' && entry.target === '/dev/null'
}

for (const { title, options } of everySample()) {
  test(`${title}: nothing waits at a dialog, the console asks for a log-in, the image still grows`, () => {
    const image = samplePiOs(options)
    const result = runControl(agents, spec, image)
    const { root, boot } = result.target
    const facts = behaviours[options.behaviour]
    assert.is(isMasked(root, 'userconfig.service'), options.builder !== 'rpi-image-gen')
    assert.ok(root.read('/etc/systemd/system/getty.target.wants/getty@tty1.service'))
    for (const path of [
      '/etc/ssh/sshd_config.d/rename_user.conf',
      '/etc/xdg/autostart/piwiz.desktop',
      '/etc/sudoers.d/010_wiz-nopasswd',
      '/var/lib/userconf-pi/autologin',
    ])
      assert.is(root.lstat(path), undefined, path)
    assert.is(
      root.lstat('/etc/cloud/cloud-init.disabled') !== undefined,
      facts.cloudInit !== 'absent' && options.builder === undefined,
    )
    assert.is(textOf(boot, '/cmdline.txt'), textOf(image.boot, '/cmdline.txt'))
    assert.equal(root.lstat('/etc/machine-id'), image.root.lstat('/etc/machine-id'))
    assert.is(textOf(root, '/etc/machine-id'), facts.machineId)
    assert.equal(boot.list('/'), image.boot.list('/'))
    assert.equal(secondRunDiffers(agents, spec, result), [])
  })
}

test('a machine-id that was truncated like a golden image is put right on Trixie', () => {
  const image = trixie()
  write(image.root, '/etc/machine-id', '')
  assert.is(textOf(runControl(agents, spec, image).target.root, '/etc/machine-id'), 'uninitialized\n')
  remove(image.root, '/etc/machine-id')
  assert.is(textOf(runControl(agents, spec, image).target.root, '/etc/machine-id'), 'uninitialized\n')
})

test('the id of a system that has been started is left alone', () => {
  const { root, boot } = trixie()
  write(root, '/etc/machine-id', '0123456789abcdef0123456789abcdef\n')
  const inventory = inspect({ root, boot }, { allowBooted: true })
  const origin = { path: [], key: '', position: { file: '', line: 1, column: 1 }, default: null, because: '' }
  const { operations } = agents.compile({ spec, inventory, epoch: 0, because: () => origin })
  assert.not(operations?.some(({ path }) => path === '/etc/machine-id'))
})

const SEEDS = {
  SSH: '',
  'ssh.txt': '',
  'UserConf.txt': `pi:${HASH}\n`,
  userconf: `pi:${HASH}\n`,
  'custom.toml': '[user]\nname = "pi"\n[wlan]\nssid = "kit"\n',
  'firstrun.sh': '#!/bin/bash\n/usr/lib/raspberrypi-sys-mods/imager_custom set_wlan kit 0123 AT\n',
  'rpi-preseed.toml': '[user]\nname = "x"\n',
  'wpa_supplicant.conf': 'network={\n psk="secret"\n}\n',
}
for (const [name, text] of Object.entries(SEEDS)) {
  test(`boot:/${name} is removed and told, whatever its case`, () => {
    for (const image of [bookworm(), trixie()]) {
      write(image.boot, `/${name}`, text)
      const result = runControl(agents, spec, image)
      assert.is(result.target.boot.lstat(`/${name}`), undefined)
      const told = (result.contribution.notes ?? []).filter(({ message }) =>
        message.includes(`boot:/${name} is removed`),
      )
      assert.is(told.length, 1)
      assert.is(told[0]?.message.includes('sets up Wi-Fi'), /wlan|psk/.test(text))
      assert.not.match(JSON.stringify(result.contribution.notes), /saltsalt|secret"/)
    }
  })
}

test('what a seed would have set is named key by key, whom the spec lacks too, and nothing secret', () => {
  const image = trixie()
  write(
    image.boot,
    '/user-data',
    `#cloud-config\nhostname: x\nusers:\n  - name: mallory\n    passwd: "${HASH}"\n    ssh_authorized_keys: [ "${KEYS.bob}" ]\n  - name: alice\nruncmd: [ "curl x | sh" ]\n`,
  )
  write(
    image.boot,
    '/network-config',
    'network:\n  wifis:\n    wlan0: { access-points: { kit: { password: open sesame } } }\n',
  )
  write(image.boot, '/custom.toml', '[user\n')
  write(image.boot, '/UserConf.txt', `bob:${HASH}\n`)
  const notes = (runControl(agents, spec, image).contribution.notes ?? []).map(({ message }) => message)
  const of = (file: string) => notes.find((message) => message.startsWith(`boot:/${file} is removed`)) ?? ''
  assert.is(
    of('user-data'),
    'boot:/user-data is removed: it is for cloud-init. It would have set device.hostname, users[mallory].name, users[mallory].passwordHash, users[mallory].authorizedKeys, users[mallory].sudo, users[alice].name, users[alice].sudo. It also holds what no spec takes from there: a command of runcmd. The spec has no user mallory. To keep what it says: pibake import user-data',
  )
  assert.match(
    of('network-config'),
    'It sets up Wi-Fi; the spec does not (network.wifi). It would have set network.wifi.networks[kit].ssid, network.wifi.networks[kit].pskFile.',
  )
  assert.match(of('custom.toml'), 'It is damaged: custom.toml:1:')
  assert.match(of('UserConf.txt'), 'The spec has no user bob. To keep what it says: pibake import UserConf.txt')
  assert.not.match(notes.join(), /open sesame|saltsalt|AAAAC3|\$6\$/)
})

test("Imager's cloud-init seeds and its token go", () => {
  const image = trixie()
  write(image.boot, '/user-data', `#cloud-config\nhostname: x\nuser:\n  name: mallory\n  passwd: "${HASH}"\n`)
  write(image.boot, '/network-config', 'network:\n  wifis:\n    wlan0: { access-points: { kit: { password: p } } }\n')
  write(image.boot, '/meta-data', 'instance-id: rpi-imager-1767225600000\n')
  const cmdline = textOf(image.boot, '/cmdline.txt')
  write(
    image.boot,
    '/cmdline.txt',
    `${cmdline.trim()} ds=nocloud;i=rpi-imager-1767225600000 cfg80211.ieee80211_regdom=AT`,
  )
  const result = runControl(agents, spec, image)
  const { boot } = result.target
  for (const path of ['/user-data', '/network-config', '/meta-data']) assert.is(boot.lstat(path), undefined, path)
  assert.is(textOf(boot, '/cmdline.txt'), `${cmdline.trim()} cfg80211.ieee80211_regdom=AT\n`)
  assert.equal(secondRunDiffers(agents, spec, result), [])
})

test("Imager's script is taken out of the command line, the image's own start stays", () => {
  const image = bookworm()
  const cmdline = textOf(image.boot, '/cmdline.txt').trim()
  write(image.boot, '/firstrun.sh', '#!/bin/bash\n')
  write(
    image.boot,
    '/cmdline.txt',
    `${cmdline} systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target`,
  )
  const { boot } = runControl(agents, spec, image).target
  assert.is(textOf(boot, '/cmdline.txt'), `${cmdline}\n`)
  assert.match(cmdline, /init=\/usr\/lib\/raspberrypi-sys-mods\/firstboot/)
})

test('rpi-preseed is masked where it is', () => {
  const image = trixie()
  write(image.root, '/usr/lib/systemd/system/rpi-preseed-early.service', '[Service]\nExecStart=/bin/true\n')
  assert.ok(isMasked(runControl(agents, spec, image).target.root, 'rpi-preseed-early.service'))
})

test('an owner who does not want the console gets none', () => {
  const off = specOf(`${SPEC}services: { mask: [getty@tty1.service] }\n`)
  const units = runControl(agents, off, trixie()).contribution.units ?? []
  assert.not(units.some(({ unit }) => unit.startsWith('getty')))
})

test('without the boot partition that is said', () => {
  const { root } = trixie()
  const notes = runControl(agents, spec, { root, boot: undefined }).contribution.notes ?? []
  assert.ok(notes.some(({ severity, message }) => severity === 'warning' && message.includes('was not looked for')))
})

import * as assert from 'uvu/assert'
import { editCmdline } from '../../../src/core/compile/cmdline.ts'
import { consoles } from '../../../src/core/controls/console.ts'
import { hardening } from '../../../src/core/controls/hardening.ts'
import { sysctl } from '../../../src/core/controls/sysctl.ts'
import type { Spec } from '../../../src/core/spec-file/spec.ts'
import type { Inventory } from '../../../src/device/inspect/inventory.ts'
import { contextOf, quiet, written } from '../../support/control.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('hardening')

function contextFor(wanted: Partial<Spec['hardening']>, inventory: Partial<Inventory> = {}, spec: Partial<Spec> = {}) {
  return contextOf({ hardening: { ...quiet.hardening, ...wanted }, ...spec }, inventory)
}

const SYSCTL = '/etc/sysctl.d/99-zz-pibake.conf'
const JOURNAL = '/etc/systemd/journald.conf.d/99-zz-pibake.conf'

test('AppArmor is added to the kernel’s choice, whatever stood there', () => {
  const part = hardening.compile(contextFor({ appArmor: true }))
  const edit = (line: string) => new TextDecoder().decode(editCmdline(line, part.cmdline ?? [])?.content)
  assert.is(edit('console=tty1 root=x rootwait\n'), 'console=tty1 root=x rootwait apparmor=1 security=apparmor\n')
  assert.is(edit('apparmor=0 lsm=yama security=selinux a\n'), 'a apparmor=1 security=apparmor\n')
  assert.is(edit('a apparmor=1 security=apparmor\n'), 'a apparmor=1 security=apparmor\n')
  assert.equal(
    part.packages?.map(({ name }) => name),
    ['apparmor'],
  )
  assert.equal(hardening.compile(contextFor({ appArmor: false })).cmdline, [])
})

test('core dumps off: users, services and systemd-coredump; on: all three files go', () => {
  const paths = (coreDumps: boolean) =>
    hardening
      .compile(contextFor({ coreDumps }))
      .operations?.filter((o) => o.path !== JOURNAL)
      .map((o) => `${o.kind} ${o.path}`)
  assert.equal(paths(false), [
    'file /etc/security/limits.d/99-zz-pibake.conf',
    'file /etc/systemd/coredump.conf.d/99-zz-pibake.conf',
    'file /etc/systemd/system.conf.d/99-zz-pibake.conf',
  ])
  assert.ok(paths(true)?.every((line) => line.startsWith('remove ')))
})

test('the journal is kept on the card or in memory, bounded either way', () => {
  const accounts = {
    passwd: [],
    shadow: [],
    group: [{ name: 'systemd-journal', password: 'x', gid: 999, members: [] }],
  }
  const part = hardening.compile(
    contextFor({ journal: { storage: 'persistent', maxUse: '48M', forward: 'image' } }, { accounts }),
  )
  assert.match(written(part, JOURNAL), /^\[Journal\]\nStorage=persistent\nSystemMaxUse=48M\n$/m)
  const directory = part.operations?.find((o) => o.path === '/var/log/journal')
  assert.equal(directory?.kind === 'directory' ? [directory.mode, directory.owner] : [], [0o2755, { uid: 0, gid: 999 }])
  const volatile = hardening.compile(
    contextFor({ journal: { storage: 'volatile', maxUse: '16M', forward: 'image' } }, { accounts }),
  )
  assert.match(written(volatile, JOURNAL), /Storage=volatile\nRuntimeMaxUse=16M\n/)
  assert.is(
    volatile.operations?.some((o) => o.path === '/var/log/journal'),
    false,
  )
  const image = hardening.compile(
    contextFor({ journal: { storage: 'image', maxUse: '16M', forward: 'image' } }, { accounts }),
  )
  assert.is(image.operations?.find((o) => o.path === JOURNAL)?.kind, 'remove')
})

test('sysctl: keys that a kernel may lack are marked, slashes become dots, the origin is the key', () => {
  const part = sysctl.compile(
    contextFor({
      sysctl: {
        'kernel.kptr_restrict': '2',
        'kernel.yama.ptrace_scope': '1',
        'net/ipv4/conf/eth0.5/log_martians': '1',
      },
    }),
  )
  const lines = written(part, SYSCTL)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.equal(lines, [
    'kernel.kptr_restrict = 2',
    '-kernel.yama.ptrace_scope = 1',
    'net.ipv4.conf.eth0/5.log_martians = 1',
  ])
  const file = part.operations?.[0]
  const at = written(part, SYSCTL).split('\n').indexOf('kernel.kptr_restrict = 2')
  assert.is(file?.kind === 'file' ? file.lines?.get(at)?.key : '', 'hardening.sysctl.kernel.kptr_restrict')
  assert.is(sysctl.compile(contextFor({ sysctl: {} })).operations?.[0]?.kind, 'remove')
})

test('sysctl: what a value breaks is said', () => {
  const notes = (settings: Record<string, string>) =>
    (sysctl.compile(contextFor({ sysctl: settings })).notes ?? []).map((note) => note.message)
  assert.match(notes({ 'net.ipv4.ip_forward': '0' })[0] ?? '', /Docker/)
  assert.equal(notes({ 'net.ipv4.ip_forward': '1' }), [])
  assert.match(notes({ 'net.ipv4.conf.all.rp_filter': '1' })[0] ?? '', /two networks/)
  const both = notes({ 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.default.rp_filter': '1' })
  assert.is(both.length, 1)
  assert.match(both[0] ?? '', /^net\.ipv4\.conf\.all\.rp_filter, net\.ipv4\.conf\.default\.rp_filter = 1: /)
})

test('sysctl: where ufw would set another value, its own file has ours, and what else it says of them stays as a comment', () => {
  const firewall = { ...quiet.firewall, enabled: true }
  const image = memoryTree({
    '/etc/ufw/sysctl.conf': 'net/ipv4/conf/all/log_martians=0\nnet/ipv4/icmp_echo_ignore_all=0\n',
  })
  const part = (value: string, spec: Partial<Spec>) =>
    sysctl.compile(contextFor({ sysctl: { 'net.ipv4.conf.all.log_martians': value } }, { root: image }, spec))
  assert.is(
    written(part('1', { firewall }), '/etc/ufw/sysctl.conf'),
    '#pibake: net/ipv4/conf/all/log_martians=0\nnet/ipv4/icmp_echo_ignore_all=0\n# pibake: begin\nnet/ipv4/conf/all/log_martians=1\n# pibake: end\n',
  )
  for (const same of [part('0', { firewall }), part('1', {})]) {
    assert.equal(
      same.operations?.map(({ path }) => path),
      [SYSCTL],
    )
  }
})

test('the serial console is taken from the kernel and from systemd, the screen’s is left', () => {
  const part = consoles.compile(contextFor({ serialConsole: 'off' }))
  const text = new TextDecoder().decode(
    editCmdline(
      'console=serial0,115200 console=ttyAMA10 console=tty1 root=x plymouth.ignore-serial-consoles\n',
      part.cmdline ?? [],
    )?.content,
  )
  assert.is(text, 'console=tty1 root=x plymouth.ignore-serial-consoles\n')
  assert.equal(
    part.units?.map(({ unit, state }) => `${unit} ${state}`),
    ['serial-getty@.service masked'],
  )
  assert.is(consoles.compile(contextFor({})).cmdline, undefined)
})

const LIGHTDM = '[LightDM]\n#autologin-user=\n\n[Seat:*]\nautologin-user=pi\n#autologin-user-timeout=0\n'
const GETTY = '/etc/systemd/system/getty@tty1.service.d/autologin.conf'
const desktop = memoryTree({
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n',
  '/etc/lightdm/lightdm.conf': LIGHTDM,
  [GETTY]: '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin pi --noclear %I $TERM\n',
  '/etc/systemd/system/serial-getty@ttyAMA0.service.d/x.conf': '[Service]\nExecStart=-/sbin/agetty -a pi %I\n',
  '/etc/systemd/system/getty@tty1.service.d/noclear.conf': '[Service]\nTTYVTDisallocate=no\n',
})
const withPi: Partial<Inventory> = {
  root: desktop,
  stockUser: 'pi',
}

test('autologin off: every getty drop-in that logs somebody in goes, lightdm’s line becomes a comment', () => {
  const part = consoles.compile(contextFor({ autologin: 'off' }, withPi))
  assert.equal(
    part.operations?.filter((o) => o.kind === 'remove').map((o) => o.path),
    [GETTY, '/etc/systemd/system/serial-getty@ttyAMA0.service.d/x.conf'],
  )
  assert.is(written(part, '/etc/lightdm/lightdm.conf'), LIGHTDM.replace('\nautologin-user=pi', '\n#autologin-user=pi'))
})

test('autologin kept: for an account that stays', () => {
  const kept = consoles.compile(contextFor({ autologin: 'keep' }, withPi))
  assert.equal(kept.operations, [])
  const removed = consoles.compile(contextFor({ autologin: 'keep' }, withPi, { defaultUser: 'remove' }))
  assert.is(removed.operations?.length, 3)
  const locked = consoles.compile(contextFor({ autologin: 'keep' }, withPi, { defaultUser: 'lock' }))
  assert.is(locked.operations?.length, 3)
})

test('the second time finds its own work and says the same', () => {
  const done = memoryTree({
    '/etc/lightdm/lightdm.conf': LIGHTDM.replace('\nautologin-user=pi', '\n#autologin-user=pi'),
  })
  for (const autologin of ['keep', 'off'] as const) {
    const again = consoles.compile(
      contextFor({ autologin }, { root: done, stockUser: undefined }, { defaultUser: 'remove' }),
    )
    assert.is(
      written(again, '/etc/lightdm/lightdm.conf'),
      new TextDecoder().decode(done.read('/etc/lightdm/lightdm.conf')),
    )
  }
})

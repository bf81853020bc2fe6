import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { unitOperations } from '../../src/core/compile/units.ts'
import { consoles } from '../../src/core/controls/console.ts'
import type { Control } from '../../src/core/controls/control.ts'
import { fail2ban } from '../../src/core/controls/fail2ban.ts'
import { hardening } from '../../src/core/controls/hardening.ts'
import { hardware } from '../../src/core/controls/hardware.ts'
import { modules } from '../../src/core/controls/modules.ts'
import { services } from '../../src/core/controls/services.ts'
import { sysctl } from '../../src/core/controls/sysctl.ts'
import { updates } from '../../src/core/controls/updates.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { sampleContext } from '../support/control.ts'
import { origin } from '../support/origin.ts'
import { suite } from '../support/suite.ts'
import { attemptIn, runIn } from './support/chroot.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { writeOperations } from './support/write.ts'

const test = suite('system settings as their programs read them')

const CONTROLS: readonly Control[] = [fail2ban, hardening, hardware, modules, sysctl, updates]

for (const release of releases) {
  const behaviour = release === 'bookworm' ? 'bookworm-2025' : 'trixie-2026'
  const context = sampleContext({ behaviour, variant: 'lite', architecture: 'arm64' }, 'strict')
  let root: string
  test.before(() => {
    root = scratch(debianRoot(release, 'full'))
    // What raspberrypi-sys-mods sets, and pibake has to overrule.
    mkdirSync(join(root, 'usr/lib/systemd/journald.conf.d'), { recursive: true })
    writeFileSync(
      join(root, 'usr/lib/systemd/journald.conf.d/40-rpi-volatile-storage.conf'),
      '[Journal]\nStorage=volatile\n',
    )
    for (const control of CONTROLS) writeOperations(root, control.compile(context).operations)
  })
  test.after(() => discard(root))

  /** The last value of each key of a file as systemd puts it together. */
  const lastValues = (text: string): Map<string, string> =>
    new Map(
      text.split('\n').flatMap((line) => {
        const match = /^\s*-?([^#;\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line)
        return match === null ? [] : [[(match[1] as string).replaceAll('/', '.'), match[2] as string] as const]
      }),
    )

  const inForce = (file: string): Map<string, string> =>
    lastValues(
      runIn(root, ['systemd-analyze', 'cat-config', file], { env: { SYSTEMD_COLORS: '0', SYSTEMD_URLIFY: '0' } }),
    )

  test(`${release}: every sysctl is the last word`, () => {
    const values = lastValues(runIn(root, ['/usr/lib/systemd/systemd-sysctl', '--cat-config']))
    const wanted = Object.entries(context.spec.hardening.sysctl)
    assert.ok(wanted.length > 20)
    for (const [key, value] of wanted) assert.is(values.get(key), value, key)
  })

  test(`${release}: modprobe knows the blocked modules`, () => {
    const config = runIn(root, ['modprobe', '--showconfig']).split('\n')
    for (const name of ['usb_storage', 'uas', 'hci_uart', ...context.spec.hardening.blockedModules]) {
      const key = name.replaceAll('-', '_')
      assert.ok(config.includes(`install ${key} /bin/true`), name)
      assert.ok(config.includes(`blacklist ${key}`), name)
    }
  })

  test(`${release}: the journal is kept, whatever the image's drop-in says`, () => {
    const values = inForce('systemd/journald.conf')
    assert.is(values.get('Storage'), 'persistent')
    assert.is(values.get('SystemMaxUse'), '64M')
  })

  test(`${release}: no core dumps, for services and for who logs in`, () => {
    const manager = inForce('systemd/system.conf')
    assert.is(manager.get('DefaultLimitCORE'), '0')
    for (const user of ['root', 'www-data']) {
      const limit = runIn(root, ['su', '--shell', '/bin/sh', '--command', 'ulimit -H -c', user])
      assert.is(limit.trim(), '0', user)
    }
  })

  test(`${release}: the units are sound, and fail2ban runs with few rights`, () => {
    const units = ['pibake-sshd-upgrade.service', 'pibake-sshd-upgrade.timer', 'fail2ban.service']
    const verified = attemptIn(root, ['systemd-analyze', 'verify', '--man=no', ...units])
    assert.is(verified.status, 0, verified.stderr)
    assert.not.match(verified.stderr, /pibake|fail2ban/)
    // 9.4 as packaged; the threshold is in tenths.
    const exposed = ['systemd-analyze', 'security', '--offline=true', '--threshold=30', 'fail2ban.service']
    const judged = attemptIn(root, exposed)
    assert.is(judged.status, 0, judged.stdout)
  })

  test(`${release}: apt reads the file, and unattended-upgrade takes both archives`, () => {
    const dump = runIn(root, ['apt-config', 'dump'])
    for (const line of [
      'APT::Periodic::Unattended-Upgrade "1";',
      'APT::Periodic::Update-Package-Lists "1";',
      'Dpkg::Options:: "--force-confdef";',
      'Dpkg::Options:: "--force-confold";',
      'Unattended-Upgrade::Automatic-Reboot "true";',
      'Unattended-Upgrade::Automatic-Reboot-Time "04:30";',
    ]) {
      assert.ok(
        dump.split('\n').some((l) => l.toLowerCase() === line.toLowerCase()),
        `${line}\n${dump}`,
      )
    }
    const done = attemptIn(root, ['unattended-upgrade', '--dry-run', '--debug'])
    const origins = /^Allowed origins are: (.*)$/m.exec(done.stdout + done.stderr)?.[1] ?? ''
    for (const origin of [
      `origin=Raspberry Pi Foundation,codename=${release},label=Raspberry Pi Foundation`,
      `origin=Raspbian,codename=${release},label=Raspbian`,
      `origin=Debian,codename=${release}-security,label=Debian-Security`,
    ]) {
      assert.ok(origins.includes(origin), `${origin}\n${done.stdout}${done.stderr}`)
    }
  })

  test(`${release}: what is disabled stays so when a first start applies presets, what is masked too`, () => {
    const spec = {
      ...context.spec,
      services: { disable: ['avahi-daemon', 'cron'], enable: [], timers: [], mask: ['apt-daily.timer'] },
    }
    const off = { ...spec, updates: { ...spec.updates, unattended: false } }
    const wanted = { ...context, spec: off, inventory: { ...context.inventory, root: new DirectoryTree(root) } }
    const requests = [services, consoles, updates].flatMap((control) => control.compile(wanted).units ?? [])
    const planned = updates.compile(wanted).operations ?? []
    writeOperations(root, unitOperations(wanted.inventory.root, planned, requests, origin).operations)
    const states = () =>
      [
        'avahi-daemon.service',
        'avahi-daemon.socket',
        'cron.service',
        'apt-daily.timer',
        'serial-getty@ttyAMA0.service',
        'pibake-sshd-upgrade.timer',
      ].map((unit) => attemptIn(root, ['systemctl', '--root=/', 'is-enabled', unit]).stdout.trim())
    const expected = ['disabled', 'disabled', 'disabled', 'masked', 'masked', 'enabled']
    assert.equal(states(), expected)
    runIn(root, ['systemctl', '--root=/', 'preset-all', '--preset-mode=enable-only'])
    assert.equal(states(), expected)
    runIn(root, ['systemctl', '--root=/', 'preset-all'])
    assert.equal(states(), expected)
  })

  test(`${release}: the rule for USB disks is one that udev understands`, () => {
    const rule = '/etc/udev/rules.d/99-pibake-usb-storage.rules'
    if (release === 'trixie') {
      runIn(root, ['udevadm', 'verify', rule])
    } else {
      // `udevadm verify` came with systemd 254; before it, whoever reads the rules names the lines that are wrong. There
      // is no such device, so the status says nothing.
      const read = attemptIn(root, ['udevadm', 'test', '/sys/none']).stderr
      assert.ok(read.includes(`Reading rules file: ${rule}`), read)
      assert.not.match(read, /99-pibake[^\n]*:\d+/)
    }
  })
}

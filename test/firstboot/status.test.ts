import { rmSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

const test = suite('first boot: status')

const finished = started(test, () => new Device().askEverything())

const testOn = (make: () => Device) => (title: string, use: (device: Device) => Promise<void>) =>
  test(title, async () => {
    const device = make()
    try {
      await use(device)
    } finally {
      device.remove()
    }
  })

/** Nothing is done yet. */
const withDevice = testOn(() => new Device().askEverything())
/** All is done. */
const withFinished = testOn(finished)

const reasons = (stdout: string) =>
  Object.fromEntries(
    JSON.parse(stdout)
      .steps.filter(({ state }: { state: string }) => state !== 'ok')
      .map(({ id, reason }: { id: string; reason: string }) => [id, reason]),
  )

withDevice('nothing done yet: pending, exit code 3', async (device) => {
  const status = await device.call(['status'])
  assert.match(status.stdout, /^state: pending\nhost-keys: pending\n/)
  assert.is(status.status, 3)
})

withFinished('all done: ok, exit code 0', async (device) => {
  const status = await device.call(['status', '--wait'])
  assert.match(status.stdout, /^state: ok\n/)
  assert.is(status.status, 0)
})

withDevice('no network: degraded, exit code 2, and the next run finishes', async (device) => {
  device.write('proc/net/route', 'Iface\tDestination\n')
  const run = await device.call(['run'], { env: { APT_MOOD: 'offline' } })
  assert.is(run.status, 2)
  const status = await device.call(['status', '--json'])
  assert.is(status.status, 2)
  assert.equal(reasons(status.stdout), { packages: 'offline', upgrade: 'offline' })
  assert.equal(JSON.parse(status.stdout).attempts, { local: 1, network: 0 })
  assert.is((await device.call(['run', 'network'])).status, 0)
})

withFinished('a clock in the past is named', async (device) => {
  device.redo('packages')
  rmSync(device.path('run/systemd/timesync'), { recursive: true })
  await device.call(['run'], { env: { APT_MOOD: 'early' } })
  const status = await device.call(['status', '--json'])
  assert.is(reasons(status.stdout).packages, 'apt-release-not-valid-yet')
  assert.is(JSON.parse(status.stdout).clockSynced, false)
})

for (const [mood, reason] of [
  ['locked', 'apt-locked'],
  ['portal', 'apt-not-trusted'],
] as const) {
  withFinished(`apt ${mood}: degraded with its reason, and the next run finishes`, async (device) => {
    device.redo('packages', 'upgrade', 'packages-remove')
    assert.is((await device.call(['run'], { env: { APT_MOOD: mood } })).status, 2)
    assert.is(reasons((await device.call(['status', '--json'])).stdout).packages, reason)
    assert.is((await device.call(['run', 'network'])).status, 0)
  })
}

withFinished('while another program has the lists, apt is asked again', async (device) => {
  device.redo('packages')
  assert.is((await device.call(['run'], { env: { APT_MOOD: 'busy' } })).status, 0)
})

for (const [what, undo] of [
  ['ufw that is down', (device: Device) => rmSync(device.path('ufw-active'))],
  ['ufw that the next start would not load', (device: Device) => device.write('etc/ufw/ufw.conf', '')],
] as const) {
  withFinished(`${what} is seen, and healed by run --repair`, async (device) => {
    undo(device)
    const status = await device.call(['status'])
    assert.is(status.status, 2)
    assert.is(status.stderr, 'pibake: ufw: no longer as it was set up\n')
    assert.is((await device.call(['run', '--repair'])).status, 0)
    assert.is((await device.call(['status'])).status, 0)
  })
}

for (const running of ['', 'recidive', 'sshd-other, recidive']) {
  withFinished(`fail2ban runs, but its jails are '${running}': degraded`, async (device) => {
    device.redo('fail2ban')
    assert.is((await device.call(['run'], { env: { FAIL2BAN_JAILS: running } })).status, 2)
    assert.is(reasons((await device.call(['status', '--json'])).stdout).fail2ban, 'fail2ban-not-running')
    assert.is((await device.call(['run', 'network'])).status, 0)
  })
}

withDevice('without any firewall the interim table is loaded; without that too it says so', async (device) => {
  rmSync(device.path('nft-tables'))
  assert.match((await device.call(['run', 'local'])).stdout, 'firewall-loaded: degraded (firewall-not-loaded)')
  device.write('etc/pibake/interim.nft', '')
  assert.match((await device.call(['run', 'local'])).stdout, 'firewall-loaded: ok (done now)')
})

withFinished('one unknown package keeps none of the others away', async (device) => {
  device.redo('packages').ask('packages-install', 'fail2ban\nno-such-thing\nufw\n')
  await device.call(['run'])
  assert.is(device.read('installed'), 'openssh-server\nfail2ban\nufw\n')
  assert.equal(reasons((await device.call(['status', '--json'])).stdout), { packages: 'package-not-installed' })
})

withFinished('a removal that would take sudo with it is not made', async (device) => {
  device
    .redo('packages-remove')
    .ask('packages-remove', 'drags-sudo\n')
    .write('installed', 'drags-sudo\nopenssh-server\nsudo\n')
  await device.call(['run'])
  assert.match(device.read('installed'), /^drags-sudo\n/)
  assert.is(reasons((await device.call(['status', '--json'])).stdout)['packages-remove'], 'removal-would-shut-out')
})

for (const [title, rules, port, admitted] of [
  ['the port itself', '-A ufw-user-input -p tcp --dport 2222 -j ACCEPT', '2222', true],
  ['a limit', '-A ufw-user-input -p tcp --dport 22 -j ufw-user-limit-accept', '22', true],
  [
    'a list with ranges',
    '-A ufw-user-input -p tcp -m multiport --dports 80,20:25 -s 192.0.2.0/24 -j ACCEPT',
    '22',
    true,
  ],
  ['no port at all', '-A ufw-user-input -s 192.0.2.0/24 -j ACCEPT', '22', true],
  ['another port', '-A ufw-user-input -p tcp --dport 2222 -j ACCEPT', '22', false],
  ['a longer port', '-A ufw-user-input -p tcp --dport 220 -j ACCEPT', '22', false],
  ['udp', '-A ufw-user-input -p udp --dport 22 -j ACCEPT', '22', false],
  ['a denial', '-A ufw-user-input -p tcp --dport 22 -j DROP', '22', false],
  ['the way out', '-A ufw-user-output -p tcp --dport 22 -j ACCEPT', '22', false],
] as const) {
  withFinished(`ufw is ${admitted ? '' : 'not '}switched on when its rules admit ${title}`, async (device) => {
    device.redo('ufw').write('etc/ufw/user.rules', `${rules}\n`).ask('ssh-port', `${port}\n`)
    await device.call(['run'])
    assert.is(device.has('ufw-active'), admitted)
    const found = reasons((await device.call(['status', '--json'])).stdout)
    assert.equal(found, admitted ? {} : { ufw: 'ufw-shuts-ssh-out' })
  })
}

for (const [command, expected] of [
  ['ufw', { ufw: 'ufw-missing' }],
  ['fail2ban-client', { fail2ban: 'fail2ban-missing' }],
  ['locale-gen', { locale: 'locale-gen-missing' }],
  ['ssh-keygen', { 'host-keys': 'host-key-not-made' }],
  ['flock', {}],
  ['timeout', {}],
] as const) {
  withDevice(`without ${command}`, async (device) => {
    device.lose(command)
    await device.call(['run'])
    assert.equal(reasons((await device.call(['status', '--json'])).stdout), expected)
  })
}

for (const [command, steps] of [
  ['iptables-restore', ['ufw']],
  ['apt-get', ['packages', 'upgrade', 'packages-remove']],
  ['dpkg', ['dpkg']],
] as const) {
  for (const kind of ['fail', 'hang'] as const) {
    withFinished(`${command} that ${kind}s`, async (device) => {
      device.redo(...steps)
      const run = await device.call(['run'], { fault: { kind, at: command } })
      assert.is(run.status, 2, run.stdout)
      const found = reasons((await device.call(['status', '--json'])).stdout)
      assert.equal(Object.keys(found).sort(), [...steps].sort())
      assert.is((await device.call(['run'])).status, 0)
    })
  }
}

withFinished('uninstall leaves the settings and takes the rest', async (device) => {
  device.write('usr/sbin/pibake-firstboot', '').write('usr/lib/systemd/system/pibake-firstboot.service', '')
  device.write('etc/systemd/system/multi-user.target.wants/pibake-firstboot.service', '')
  assert.is((await device.call(['uninstall'])).stdout, 'pibake: uninstall: ok\n')
  for (const gone of ['usr/lib/pibake', 'etc/pibake', 'var/lib/pibake', 'usr/sbin/pibake-firstboot'])
    assert.not(device.has(gone), gone)
  assert.not(device.has('etc/systemd/system/multi-user.target.wants/pibake-firstboot.service'))
  assert.ok(device.has('etc/ssh/ssh_host_ed25519_key'))
  assert.ok(device.has('ufw-active'))
})

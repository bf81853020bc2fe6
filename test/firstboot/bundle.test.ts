import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Device, started } from './support/device.ts'

const test = suite('first boot: carried packages')

const CARRIED = 'var/lib/pibake/packages'
const offline = { env: { APT_MOOD: 'offline' } }

/** Lays packages and their index where the first start looks for them, and asks for them. */
function carry(device: Device, names: readonly string[]): void {
  const files: Record<string, string> = {}
  for (const name of names) files[`${name}_1_all.deb`] = `the package ${name}\n`
  files.Packages = names.map((name) => `Package: ${name}\nVersion: 1\nFilename: ./${name}_1_all.deb\n\n`).join('')
  const lines = Object.entries(files).map(([name, text]) => {
    device.write(`${CARRIED}/${name}`, text)
    return `${createHash('sha256').update(text).digest('hex')}  ${name}\n`
  })
  device.ask('bundle', lines.join(''))
}

/** A device without a network that carries what it is to have. */
function carrying(): Device {
  const device = new Device().askEverything()
  device.write('proc/net/route', 'Iface\tDestination\n')
  carry(device, ['fail2ban', 'libx', 'ufw', 'zsh'])
  return device.ask('packages-install', 'fail2ban\nufw\nzsh\n')
}

const finished = started(test, carrying)

/** One that has done all but what the carried packages are for. */
function unpacked(): Device {
  const device = finished().redo('packages', 'upgrade', 'packages-carried')
  carry(device, ['fail2ban', 'libx', 'ufw', 'zsh'])
  return device
}

const testOn = (make: () => Device) => (title: string, use: (device: Device) => Promise<void>) =>
  test(title, async () => {
    const device = make()
    try {
      await use(device)
    } finally {
      device.remove()
    }
  })

const withFresh = testOn(carrying)
const withDevice = testOn(unpacked)

const steps = async (device: Device): Promise<Record<string, string>> => {
  const { stdout } = await device.call(['status', '--json'])
  return Object.fromEntries(
    JSON.parse(stdout).steps.map(({ id, state, reason }: Record<string, string>) => [id, `${state}: ${reason}`]),
  )
}

withFresh('no network and no clock: all is installed and upgraded, ok, and the packages go', async (device) => {
  const run = await device.call(['run'], offline)
  assert.is(run.status, 0, run.stdout + run.stderr)
  assert.is(device.read('installed'), 'openssh-server\nufw\nfail2ban\nzsh\n')
  assert.not(device.has(CARRIED))
  const calls = device.read('run/apt-calls').trim().split('\n')
  assert.equal(
    calls.filter((call) => !call.includes('carried/sources.list')),
    ['-q -y -s purge avahi-daemon', '-q -y purge avahi-daemon'],
  )
  const before = device.snapshot()
  device.boot()
  assert.is((await device.call(['run'], offline)).status, 0)
  assert.is(device.snapshot(), before)
  assert.is((await device.call(['status'])).status, 0)
})

withDevice('a package whose conffiles dpkg has not noted, for the power went, is installed anew', async (device) => {
  device.write('unnoted', 'fail2ban\nzsh\n')
  const run = await device.call(['run'], offline)
  assert.is(run.status, 0, run.stdout + run.stderr)
  const again = device.read('run/apt-calls').match(/^.*--reinstall .*$/gm)
  assert.is(again?.length, 1)
  assert.match(again?.[0] ?? '', /carried\/sources\.list.* --reinstall install fail2ban zsh$/)
  // Also where nothing else is left to do.
  device.write('unnoted', 'ufw\n')
  assert.is((await device.call(['status'], offline)).status, 2)
})

withDevice('what a power cut has left of files that ufw makes goes before ufw is configured', async (device) => {
  device.redo('dpkg').write('half-done', 'half-done\n')
  const [own, same, empty] = ['#!/bin/sh\necho mine\n', '#!/bin/sh\n', '']
  for (const name of ['before.init', 'after.init']) device.write(`usr/share/ufw/${name}`, same)
  const files = { 'before.init': own, 'after.init': same, 'before.rules': empty, 'after.rules': same }
  for (const [name, text] of Object.entries(files)) device.write(`etc/ufw/${name}`, text)
  assert.is((await device.call(['run', 'network'], offline)).status, 0)
  assert.equal(
    Object.keys(files).filter((name) => device.has(`etc/ufw/${name}`)),
    ['before.init', 'after.rules'],
  )
})

withDevice('the firewall comes first, then what bans, then the rest', async (device) => {
  await device.call(['run'], offline)
  const installs = device
    .read('run/apt-calls')
    .split('\n')
    .filter((call) => / install /.test(call))
  assert.equal(
    installs.map((call) => call.replace(/.* install /, '')),
    ['ufw', 'fail2ban', 'fail2ban ufw zsh'],
  )
})

withDevice('packages that are to be kept stay', async (device) => {
  device.ask('bundle-keep', 'yes\n')
  assert.is((await device.call(['run'], offline)).status, 0)
  assert.ok(device.has(`${CARRIED}/ufw_1_all.deb`))
})

const spoiled: readonly (readonly [string, string, (device: Device) => void])[] = [
  ['a package of other bytes', 'bundle-damaged', (d) => d.write(`${CARRIED}/ufw_1_all.deb`, 'something else\n')],
  ['an index of other bytes', 'bundle-damaged', (d) => d.write(`${CARRIED}/Packages`, 'Package: ufw\n')],
  ['a file too many', 'bundle-damaged', (d) => d.write(`${CARRIED}/Packages.gz`, 'x')],
  [
    'a list that does not name the index',
    'bundle-damaged',
    (d) => d.ask('bundle', `${'0'.repeat(64)}  ufw_1_all.deb\n`),
  ],
  ['no repository', 'bundle-missing', (d) => d.forget(CARRIED)],
]

for (const [title, reason, spoil] of spoiled) {
  withDevice(`${title}: nothing of it is installed, and without a network that is the reason`, async (device) => {
    spoil(device)
    const run = await device.call(['run'], offline)
    assert.is(run.status, 2)
    assert.is(device.read('installed'), 'openssh-server\n')
    const found = await steps(device)
    assert.is(found.packages, `degraded: ${reason}`)
    assert.is(found.upgrade, `degraded: ${reason}`)
  })

  withDevice(`${title}: with a network the archive has what is needed`, async (device) => {
    spoil(device)
    device.write('proc/net/route', 'Iface\tDestination\neth0\t00000000\t0100000A\n')
    const run = await device.call(['run'])
    assert.is(run.status, 0, run.stdout)
    assert.match(device.read('installed'), 'ufw')
    assert.not(device.has(CARRIED))
  })
}

withFresh('apt refuses the carried packages: that is the reason, and they stay for the next try', async (device) => {
  const run = await device.call(['run'], { env: { APT_MOOD: 'carried-refused' } })
  assert.is(run.status, 0, 'the network had them')
  const other = new Device().askEverything()
  try {
    other.write('proc/net/route', 'Iface\tDestination\n')
    carry(other, ['fail2ban', 'ufw'])
    // No route, so what the network would give is not there either.
    other.ask('packages-install', 'fail2ban\nno-such-thing\nufw\n')
    assert.is((await other.call(['run'], { env: { APT_MOOD: 'offline' } })).status, 2)
    assert.is((await steps(other)).packages, 'degraded: bundle-not-installed')
    assert.is((await steps(other))['packages-carried'], 'degraded: bundle-still-needed')
    assert.ok(other.has(`${CARRIED}/ufw_1_all.deb`))
    assert.ok(other.has('ufw-active'), 'what could be installed is in use')
  } finally {
    other.remove()
  }
})

withDevice('an upgrade that did not reach the carried version is not called done', async (device) => {
  device.write('installed', 'libx 0\nopenssh-server\n')
  assert.is((await device.call(['run'], offline)).status, 2)
  assert.is((await steps(device)).upgrade, 'degraded: bundle-not-installed')
})

withDevice(
  'with upgrade: none, what is carried is brought to its version, and the network is not asked',
  async (device) => {
    device.ask('upgrade', 'none\n')
    assert.is((await device.call(['run'], offline)).status, 0)
    assert.is(
      device
        .read('run/apt-calls')
        .split('\n')
        .filter((call) => / upgrade$/.test(call)).length,
      1,
    )
  },
)

withDevice('half done packages of a cut in the step itself are finished first', async (device) => {
  await device.call(['run'], { env: { ...offline.env, PIBAKE_FAULT: 'packages.group:fail' } })
  device.write('half-done', 'half-done\n')
  assert.is((await device.call(['run'], offline)).status, 0)
  assert.not(device.has('half-done'))
})

withDevice('killed at every 61st command of the network half: the next start finishes', async (device) => {
  await device.call(['run', 'local'])
  const fresh = device.read('installed')
  for (let at = 1; ; at += 61) {
    const killed = await device.call(['run', 'network'], { ...offline, fault: { kind: 'kill', at } })
    if (killed.fired.length === 0) break
    device.boot()
    const next = await device.call(['run', 'network'], offline)
    assert.is(next.status, 0, `${killed.fired}: ${next.stdout}${JSON.stringify(await steps(device))}`)
    assert.match(device.read('installed'), /ufw\n(.*\n)*fail2ban/)
    assert.not(device.has(CARRIED))
    for (const name of ['steps/packages', 'steps/upgrade', 'steps/packages-carried', 'bundle-done', 'upgraded'])
      device.forget(`var/lib/pibake/${name}`)
    device.write('installed', fresh)
    carry(device, ['fail2ban', 'libx', 'ufw', 'zsh'])
  }
})

import * as assert from 'uvu/assert'
import type { Proof } from '../../../src/core/access/prove-target.ts'
import { noNetwork } from '../../../src/core/controls/no-network.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { runControl, secondRunDiffers } from '../../support/control.ts'
import { write } from '../../support/edit.ts'
import { outcomeOf, planOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { type LooseSpec, parse, smallSpec, specOf, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('no network')

const withNone = (more: object = {}): LooseSpec => ({ ...smallSpec(), network: { none: true }, ...more })
const MASK = '/etc/systemd/system/NetworkManager.service'

for (const { title, options } of everySample()) {
  test(`${title}: what brings a network up is masked, and comes back with the key`, () => {
    const first = runControl(noNetwork, specOf(withNone()), samplePiOs(options))
    const masked = [...first.operations.values()].filter(
      (operation) => operation.kind === 'symlink' && operation.target === '/dev/null',
    )
    const names = masked.map(({ path }) => path.split('/').at(-1))
    assert.ok(names.includes('NetworkManager.service') && names.includes('wpa_supplicant.service'), names.join(' '))
    assert.equal(secondRunDiffers(noNetwork, specOf(withNone()), first), [])
    const second = runControl(noNetwork, specOf(smallSpec()), first.target)
    assert.is(second.target.root.lstat(MASK), undefined)
  })
}

test('a mask of the image that pibake did not make stays', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  image.root.nodes.set(MASK, { kind: 'symlink', target: '/dev/null', uid: 0, gid: 0 })
  assert.ok(runControl(noNetwork, specOf(smallSpec()), image).target.root.lstat(MASK))
})

test('an address that the kernel would take is taken away', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  write(image.boot, '/cmdline.txt', 'console=tty1 ip=192.0.2.1::192.0.2.2 root=PARTUUID=0fac1a1e-02 rootwait\n')
  const { target } = runControl(noNetwork, specOf(withNone()), image)
  const text = new TextDecoder().decode(target.boot.read('/cmdline.txt'))
  assert.is(text, 'console=tty1 root=PARTUUID=0fac1a1e-02 rootwait\n')
})

test('radios are off, and what needs a network is off by default', () => {
  const { ssh, hardware, updates, fail2ban } = specOf(withNone())
  assert.equal([ssh.enabled, hardware.wifi, hardware.bluetooth], [false, 'off', 'off'])
  assert.equal([updates.unattended, updates.sshServerDaily, updates.firstBoot], [false, false, 'security'])
  assert.equal(fail2ban.jails, {})
  assert.is(specOf(withNone({ packages: { bundle: false }, firewall: { enabled: false } })).updates.firstBoot, 'none')
  const plan = planOf(withNone())
  const origins = plan.operations.filter(({ path }) => path === '/etc/modprobe.d/pibake.conf')
  const keys = origins.flatMap((operation) => (operation.kind === 'file' ? [...(operation.lines?.values() ?? [])] : []))
  assert.ok(keys.some(({ key }) => key === 'network.none'))
})

test('the console is the way in, by a password; without one nobody gets in', () => {
  const { verdict, exit, problems } = outcomeOf(withNone())
  assert.is(exit, 0, JSON.stringify(problems))
  assert.equal(
    verdict?.ways.map(({ by, root }) => [by, root]),
    [['console', 'asks for the password']],
  )
  assert.is((verdict as Proof).isOffline, true)
  const without = withNone()
  delete without.users[0].passwordHash
  const shut = outcomeOf(without)
  assert.is(shut.exit, 5)
  assert.ok(shut.codes.includes('ACC001'), shut.codes.join(' '))
  assert.is((outcomeOf(smallSpec()).verdict as Proof).isOffline, false)
})

/** `severity CODE key` of what a spec says against itself. */
const problemsOf = (spec: LooseSpec) =>
  parse(spec, { psk: 'correct horse\n' }, TODAY).problems.map(
    ({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`,
  )

const conflicts: [more: object, said: string[]][] = [
  [{}, []],
  [{ network: { none: true, wifi: { country: 'AT' } } }, ['error NET025 network.wifi']],
  [{ network: { none: true, wired: [{}] } }, ['error NET025 network.wired']],
  [{ ssh: { enabled: true } }, ['error NET025 ssh.enabled']],
  [{ hardware: { wifi: 'on' } }, ['error NET025 hardware.wifi']],
  [{ hardware: { bluetooth: 'on' } }, ['error NET025 hardware.bluetooth']],
  [{ hardware: { wifi: 'off', bluetooth: 'off' }, ssh: { enabled: false } }, []],
  [{ packages: { bundle: false }, updates: { firstBoot: 'full' } }, ['error NET025 updates.firstBoot']],
  [{ packages: { bundle: false }, updates: { firstBoot: 'none' } }, []],
  [{ updates: { unattended: true } }, ['warning SPC012 updates.unattended']],
  [{ device: { timeServers: ['192.0.2.1'] } }, ['warning SPC012 device.timeServers']],
  [{ services: { mask: ['NetworkManager', 'systemd-networkd'] } }, []],
]
for (const [more, said] of conflicts) {
  test(`${said}: ${JSON.stringify(more)}`, () => assert.equal(problemsOf(withNone(more)), said))
}

test('packages that the image neither has nor carries are missed before, not by the first start', () => {
  const found = outcomeOf(withNone({ packages: { bundle: false } })).problems.find(({ code }) => code === 'NET025')
  assert.match(found?.message ?? '', /the image lacks .*\bufw\b/)
  const none = { packages: { bundle: false }, firewall: { enabled: false }, fail2ban: { enabled: false } }
  const quiet = withNone({ ...none, hardening: { appArmor: false } })
  assert.equal(outcomeOf(quiet).codes, [])
})

test('a first start that cannot fetch anything does not try to', () => {
  const upgrade = (spec: LooseSpec) => {
    const value = planOf(spec).operations.find(({ path }) => path === '/etc/pibake/first-boot/upgrade')
    return value?.kind === 'file' ? new TextDecoder().decode(value.content) : undefined
  }
  // No package is chosen for this plan.
  assert.is(upgrade(withNone()), 'none\n')
  assert.is(upgrade(smallSpec()), 'security\n')
})

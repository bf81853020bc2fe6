import * as assert from 'uvu/assert'
import { timeServers } from '../../../src/core/controls/time-servers.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf, runControl, secondRunDiffers, written } from '../../support/control.ts'
import { remove, write } from '../../support/edit.ts'
import { planOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { type LooseSpec, parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('time servers')

const FILE = '/etc/systemd/timesyncd.conf.d/99-zz-pibake.conf'
const withServers = (servers: string[], more: object = {}): LooseSpec => ({
  ...smallSpec(),
  device: { timeServers: servers },
  ...more,
})
const lite = () => samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })

for (const { title, options } of everySample()) {
  test(`${title}: the clock follows the servers of the spec, and those of the image once the key is gone`, () => {
    const spec = specOf(withServers(['ntp.example.org', '192.0.2.1', '2001:db8::1']))
    const first = runControl(timeServers, spec, samplePiOs(options))
    assert.equal(problemsOf(first), [])
    assert.match(written(first.contribution, FILE), /^NTP=ntp\.example\.org 192\.0\.2\.1 2001:db8::1$/m)
    assert.equal(secondRunDiffers(timeServers, spec, first), [])
    assert.is(runControl(timeServers, specOf(withServers([])), first.target).target.root.read(FILE), undefined)
    assert.equal([...runControl(timeServers, specOf(withServers([])), samplePiOs(options)).operations], [])
  })
}

test('what is not a server is said, each with its place', () => {
  const { problems } = parse(withServers(['ntp.example.org', 'ntp example', '192.0.2.1/24', '2001:db8:::1']))
  assert.equal(
    problems.map(({ code, path }) => `${code} ${path.join('.')}`),
    [1, 2, 3].map((i) => `NET001 device.timeServers.${i}`),
  )
})

test('another program that sets the clock, or none, is an error', () => {
  const said = (more: object, image = lite()) =>
    problemsOf(runControl(timeServers, specOf(withServers(['192.0.2.1'], more)), image))
  assert.equal(said({}), [])
  assert.equal(said({ packages: { install: ['chrony'] } }), ['NET027 device.timeServers'])
  assert.equal(said({ services: { mask: ['systemd-timesyncd'] } }), ['NET027 device.timeServers'])
  const image = lite()
  remove(image.root, '/usr/lib/systemd/system/systemd-timesyncd.service', '/etc/systemd/system/sysinit.target.wants')
  assert.equal(said({}, image), ['NET027 device.timeServers'])
})

test('a later file of the image that names others is said', () => {
  const tamper = (root: ReturnType<typeof lite>['root']) =>
    write(root, '/etc/systemd/timesyncd.conf.d/zzz.conf', '[Time]\nNTP=192.0.2.99\n')
  const notes = planOf(withServers(['192.0.2.1']), { tamper }).notes.map(({ message }) => message)
  assert.ok(
    notes.some((message) => message.startsWith('/etc/systemd/timesyncd.conf.d/zzz.conf:2 wins over')),
    notes.join(),
  )
})

import * as assert from 'uvu/assert'
import { alerts } from '../../../src/core/controls/alerts.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { runControl, secondRunDiffers, written } from '../../support/control.ts'
import { everySample } from '../../support/samples.ts'
import { type LooseSpec, parse, smallSpec, sound, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('alerts')

const HOOK = 'https://hooks.example.org/T0/B0?x=secret-part'
const FILES = { hook: `${HOOK}\n` }
const withAlerts = (more: LooseSpec) => ({ ...smallSpec(), ...more })
const hooked = (more: LooseSpec = {}) => withAlerts({ alerts: { webhookFile: 'hook' }, ...more })

for (const { title, options } of everySample()) {
  test(`${title}: the program, its timer and what it reads come, and go with the key`, () => {
    const { spec } = sound(hooked({ fail2ban: { mail: true }, updates: { mail: true } }), FILES)
    const first = runControl(alerts, spec, samplePiOs(options))
    assert.is(written(first.contribution, '/etc/pibake/alerts/about'), 'bans\nupgrades\n')
    assert.is(written(first.contribution, '/etc/pibake/alerts/webhook'), `${HOOK}\n`)
    assert.match(written(first.contribution, '/etc/systemd/system/pibake-alerts.timer'), /OnUnitInactiveSec=15min/)
    const modeOf = (path: string) => (first.target.root.lstat(path) as { mode?: number }).mode
    assert.is(modeOf('/etc/pibake/alerts/webhook'), 0o600)
    assert.is(modeOf('/usr/lib/pibake/alerts'), 0o755)
    assert.equal(secondRunDiffers(alerts, spec, first), [])
    const { target } = runControl(alerts, specOf(smallSpec()), first.target)
    for (const path of ['/etc/pibake/alerts', '/usr/lib/pibake/alerts', '/etc/systemd/system/pibake-alerts.timer']) {
      assert.is(target.root.lstat(path), undefined, path)
    }
  })
}

test('without alerts nothing is written, and nothing is removed that is not there', () => {
  const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  assert.equal(runControl(alerts, specOf(smallSpec()), sample).contribution, { operations: [] })
})

test('mail needs a program that sends it', () => {
  const problems = (spec: LooseSpec, files: Record<string, string> = {}, mailer = false) => {
    const sample = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
    const program = { kind: 'file', content: new Uint8Array(), mode: 0o755, uid: 0, gid: 0 } as const
    if (mailer) sample.root.nodes.set('/usr/sbin/sendmail', program)
    const { contribution } = runControl(alerts, sound(withAlerts(spec), files).spec, sample)
    return (contribution.problems ?? []).map(({ severity, code }) => `${severity} ${code}`)
  }
  const to = ['alice@example.org', 'root']
  assert.equal(problems({ alerts: { to } }), ['error ALR003'])
  assert.equal(problems({ alerts: { to, webhookFile: 'hook' } }, FILES), ['warning ALR003'])
  assert.equal(problems({ alerts: { to } }, {}, true), [])
  assert.equal(problems({ alerts: { to }, packages: { install: ['msmtp-mta'] } }), [])
})

test('what cannot be told, and where, is refused at its place', () => {
  const codes = (spec: LooseSpec, hook = HOOK) =>
    parse(withAlerts(spec), { hook }).problems.map(({ code, path }) => `${code} ${path.join('.')}`)
  assert.equal(codes({ fail2ban: { mail: true } }), ['ALR001 fail2ban.mail'])
  assert.equal(codes({ updates: { mail: true } }), ['ALR001 updates.mail'])
  assert.equal(codes({ updates: { mail: true }, alerts: { to: ['root'] } }), [])
  for (const bad of ['http://x.example', 'x.example', 'https://x"y', 'https://a b', 'https://', 'https://x\nurl=y']) {
    assert.equal(codes({ alerts: { webhookFile: 'hook' } }, bad), ['ALR002 alerts.webhookFile'], bad)
  }
  for (const bad of ['a b@c', 'a@b@c', '-oQ/tmp/x y', 'a"b@c', 'x@', '']) {
    assert.equal(codes({ alerts: { to: [bad] } }), ['ALR004 alerts.to.0'], bad)
  }
  const { problems } = parse(withAlerts({ alerts: { webhook: HOOK } }))
  assert.equal(
    problems.map(({ code }) => code),
    ['SPC003'],
  )
  assert.not.match(JSON.stringify(problems), 'secret-part')
})

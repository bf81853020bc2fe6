import * as assert from 'uvu/assert'
import { timers } from '../../../src/core/controls/timers.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { problemsOf, runControl, secondRunDiffers, written } from '../../support/control.ts'
import { outcomeOf } from '../../support/plan.ts'
import { everySample } from '../../support/samples.ts'
import { parse, smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('timers')

const ETC = '/etc/systemd/system'
const script = { path: '/usr/local/bin/tidy', content: '#!/bin/sh\n', mode: '0755' }
const job = { name: 'tidy', run: '/usr/local/bin/tidy', onCalendar: 'Mon *-*-* 04:30' }
const withJobs = (jobs: readonly object[], more: object = {}) =>
  specOf({ ...smallSpec(), files: [script], services: { timers: jobs }, ...more })

for (const { title, options } of everySample()) {
  test(`${title}: a service and a timer that starts it, gone with the key`, () => {
    const spec = withJobs([
      { ...job, run: `${job.run} --days 30 'a "b" c' 50% $HOME \\\\x`, user: 'alice', catchUp: false },
    ])
    const first = runControl(timers, spec, samplePiOs(options))
    assert.equal(problemsOf(first), [])
    const service = written(first.contribution, `${ETC}/pibake-timer-tidy.service`)
    assert.match(service, /^User=alice$/m)
    assert.ok(service.includes('ExecStart=/usr/local/bin/tidy --days 30 "a \\"b\\" c" 50%% $$HOME "\\\\x"\n'), service)
    const timer = written(first.contribution, `${ETC}/pibake-timer-tidy.timer`)
    assert.match(timer, /^OnCalendar=Mon \*-\*-\* 04:30\nPersistent=false$/m)
    const link = `${ETC}/timers.target.wants/pibake-timer-tidy.timer`
    assert.is(first.target.root.lstat(link)?.kind, 'symlink')
    assert.equal(secondRunDiffers(timers, spec, first), [])
    const { root } = runControl(timers, withJobs([]), first.target).target
    for (const path of [link, `${ETC}/pibake-timer-tidy.service`, `${ETC}/pibake-timer-tidy.timer`]) {
      assert.is(root.lstat(path), undefined, path)
    }
  })
}

test('without the key nothing is written or taken away', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  assert.equal(runControl(timers, withJobs([]), image).contribution.operations, [])
})

test('a program or user that will not be there is an error, unless a package may bring it', () => {
  const image = samplePiOs({ behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' })
  const problems = (more: object, of: object = {}) =>
    problemsOf(runControl(timers, withJobs([{ ...job, ...more }], of), image))
  assert.equal(problems({ run: '/usr/local/bin/other' }), ['SVC021 services.timers[0].run'])
  assert.equal(problems({ run: '/usr/local/bin/other' }, { packages: { install: ['other'] } }), [])
  assert.equal(problems({}, { files: [{ ...script, mode: '0644' }] }), ['SVC021 services.timers[0].run'])
  assert.equal(problems({ user: 'alise' }), ['SVC021 services.timers[0].user'])
})

test('what is no job is refused where it stands', () => {
  const codes = (more: object) =>
    parse({ ...smallSpec(), services: { timers: [{ ...job, ...more }] } }).problems.map(
      ({ code, path }) => `${code} ${path.at(-1)}`,
    )
  for (const run of [
    'tidy',
    '-/bin/true',
    '/bin/echo "a',
    '/bin/ls > /srv/x',
    '/bin/ls | /bin/cat',
    '/bin/a && /bin/b',
  ]) {
    assert.equal(codes({ run }), ['SVC020 run'], run)
  }
  assert.equal(codes({ run: "/bin/sh -c 'ls > /srv/x'" }), [])
  assert.equal(codes({ name: 'a b' }), ['SVC020 name'])
  assert.equal(codes({ onCalendar: '30 4 * * 1' }), ['SVC019 onCalendar'])
  const twice = parse({ ...smallSpec(), services: { timers: [job, job] } }).problems
  assert.equal(
    twice.map(({ code }) => code),
    ['SVC022'],
  )
})

test('a unit that opens a shell of root is seen by the proof when it is enabled', () => {
  const unit =
    '[Service]\nExecStart=/bin/sh\nStandardInput=tty\nTTYPath=/dev/tty9\n[Install]\nWantedBy=sysinit.target\n'
  const tamper = (root: ReturnType<typeof samplePiOs>['root']) => {
    const content = new TextEncoder().encode(unit)
    root.nodes.set('/usr/lib/systemd/system/debug-shell.service', {
      kind: 'file',
      content,
      mode: 0o644,
      uid: 0,
      gid: 0,
    })
  }
  const outcome = (enable: readonly string[]) => outcomeOf({ ...smallSpec(), services: { enable } }, { tamper })
  assert.equal(outcome([]).verdict?.open.map(({ code }) => code) ?? [], [])
  assert.ok(JSON.stringify(outcome(['debug-shell']).verdict).includes('ACC035'))
})

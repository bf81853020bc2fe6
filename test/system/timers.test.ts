import * as assert from 'uvu/assert'
import { unitOperations } from '../../src/core/compile/units.ts'
import { timers } from '../../src/core/controls/timers.ts'
import { readAccounts } from '../../src/device/formats/accounts.ts'
import { isCalendarEvent } from '../../src/device/systemd/calendar.ts'
import { DirectoryTree } from '../../src/storage/tree/directory.ts'
import { contextOf, problemsOf, quiet } from '../support/control.ts'
import { origin } from '../support/origin.ts'
import { suite } from '../support/suite.ts'
import { attemptIn } from './support/chroot.ts'
import { Container } from './support/container.ts'
import { Network } from './support/network.ts'
import { debianRoot, discard, releases, scratch } from './support/roots.ts'
import { settleIn } from './support/site.ts'
import { writeOperations } from './support/write.ts'

/** Jobs of the spec as systemd reads and runs them. */
const test = suite('timers, held against systemd')

const days = ['Mon', 'monday', 'Mon..Fri', 'Mon,Wed', 'Mon,Wed..Fri', 'Mo', 'Montag', 'Fri..Mon']
const dates = [
  '*-*-*',
  '2027-01-31',
  '*-*-01',
  '*-*~01',
  '*-02-*',
  '*-*-1/2',
  '01-01',
  '*-13-01',
  '*-*-32',
  '1969-01-01',
  '*-*',
]
const times = ['04:30', '4:5', '*:0/15', '04..06:00', '24:00', '04:60', '04:30:15', '04:30:60', '*:*', '04', '6..4:00']
const zones = ['UTC', 'Europe/Vienna', 'Nowhere/Land']
const words = [
  'daily',
  'DAILY',
  'weekly',
  'hourly',
  'minutely',
  'quarterly',
  'semiannually',
  'fortnightly',
  '',
  '30 4 * * 1',
]
const events = [
  ...words,
  ...days,
  ...dates,
  ...times,
  ...days.flatMap((day) => times.map((time) => `${day} ${time}`)),
  ...dates.flatMap((date) => times.map((time) => `${date} ${time}`)),
  ...zones.map((zone) => `Mon *-*-* 04:30 ${zone}`),
  'Mon daily',
  'daily Mon',
  '04:30 Mon',
  '*-*-* *-*-*',
]

for (const release of releases) {
  test(`${release}: every time that a spec may name is one for systemd, and the usual ones are taken`, () => {
    const root = scratch(debianRoot(release, 'full'))
    try {
      const said = attemptIn(
        root,
        [
          'sh',
          '-c',
          'while IFS= read -r e; do systemd-analyze calendar "$e" >/dev/null 2>&1 && echo yes || echo no; done',
        ],
        {
          input: `${events.join('\n')}\n`,
        },
      )
      const theirs = said.stdout.trim().split('\n')
      assert.is(theirs.length, events.length)
      const ours = events.map(isCalendarEvent)
      const taken = events.filter((_, i) => ours[i] === true)
      assert.equal(
        taken.filter((event) => theirs[events.indexOf(event)] === 'no' && !event.endsWith('Nowhere/Land')),
        [],
      )
      // What systemd takes and a spec may not: hardly anything.
      assert.equal(
        events.filter((_, i) => theirs[i] === 'yes' && ours[i] === false),
        [],
      )
      assert.ok(taken.length > 60)
    } finally {
      discard(root)
    }
  })

  test(`${release}: the timer waits for its time, and the job gets its arguments as they were meant`, async () => {
    const root = scratch(debianRoot(release, 'lite'))
    const tree = new DirectoryTree(root)
    const run = `/bin/sh -c 'printf "%s|" "$@" >/var/lib/ran; id -un >>/var/lib/ran' sh 'a  "b"' 50% $HOME '\\x' ';'`
    const jobs = [{ name: 'kit', run, onCalendar: 'Mon *-*-* 04:30', user: 'root', catchUp: false }]
    const context = contextOf(
      { services: { ...quiet.services, timers: jobs } },
      { root: tree, release, accounts: readAccounts(tree) },
    )
    const part = timers.compile(context)
    assert.equal(problemsOf(part), [])
    const operations = part.operations ?? []
    writeOperations(root, [...operations, ...unitOperations(tree, operations, part.units ?? [], origin).operations])
    settleIn(root)
    const network = new Network()
    const container = new Container(root, { network })
    try {
      await container.until('the timer', 60, () =>
        container.attempt(['systemctl', 'is-active', 'pibake-timer-kit.timer']).stdout.startsWith('active'),
      )
      assert.match(
        container.run(['systemctl', 'list-timers', '--all', 'pibake-timer-kit.timer']),
        /Mon 20\d\d-\d\d-\d\d 04:30/,
      )
      container.run(['systemctl', 'start', 'pibake-timer-kit.service'])
      assert.is(container.run(['cat', '/var/lib/ran']), 'a  "b"|50%|$HOME|\\x|;|root\n')
      await container.powerOff()
    } finally {
      await container.remove()
      network.remove()
      discard(root)
    }
  })
}

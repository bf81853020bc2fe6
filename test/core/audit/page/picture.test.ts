import * as assert from 'uvu/assert'
import type { Audit } from '../../../../src/core/audit/audit.ts'
import { accountsOf } from '../../../../src/core/audit/page/accounts.ts'
import type { Place } from '../../../../src/core/audit/page/boxes.ts'
import { doorsOf } from '../../../../src/core/audit/page/doors.ts'
import { numbering, numbersText } from '../../../../src/core/audit/page/numbering.ts'
import { pictureOf } from '../../../../src/core/audit/page/picture.ts'
import { shortened, wrapped } from '../../../../src/core/audit/page/text-width.ts'
import { NO_ROLE } from '../../../../src/core/audit/role.ts'
import { suite } from '../../../support/suite.ts'
import type { Planted } from '../../access/readers/device.ts'
import { audited, USED } from './reports.ts'

const test = suite('audit: the picture')

const stock = audited({}).audit
const used = audited(USED).audit
const WANTS = '/etc/systemd/system/multi-user.target.wants'
/** More services than are drawn. */
const many: Planted = Object.fromEntries(
  Array.from({ length: 12 }, (_, i) => `kit${i}`).flatMap((name, i) => [
    [`/usr/lib/systemd/system/${name}.socket`, `[Socket]\nListenStream=${8000 + i}\n`],
    [`/usr/lib/systemd/system/${name}.service`, '[Service]\nExecStart=/usr/bin/true\n'],
    [`${WANTS}/${name}.socket`, { link: `/usr/lib/systemd/system/${name}.socket` }],
  ]),
)
const crowded = audited({ ...USED, ...many }).audit
const drawn = (audit: Audit) => pictureOf(audit, NO_ROLE, numbering([audit]))

test('every finding is at a door, at an account, or is the packet filter that is missing', () => {
  for (const audit of [stock, used, crowded]) {
    const shown = [...doorsOf(audit), ...accountsOf(audit)].flatMap(({ findings }) => findings)
    const left = audit.findings.filter((one) => !shown.includes(one))
    assert.equal(
      left.filter(({ rule }) => rule !== 'no-packet-filter'),
      [],
    )
  }
})

test('log-ins lead to their account, and from there to root where it becomes root', () => {
  const doors = doorsOf(used).filter(({ user }) => user === 'eve')
  assert.equal(
    doors.map(({ lane, title }) => [lane, title]),
    [
      ['network', 'SSH, key'],
      ['network', 'SSH, password'],
      ['hands', 'Console, password'],
    ],
  )
  const accounts = accountsOf(used).map(({ user, root }) => [user, root])
  assert.equal(accounts, [
    ['eve', undefined],
    ['pi', 'sudo, no password'],
  ])
  const { wires, filter } = drawn(used)
  const ends = wires.filter(({ path }) => path.endsWith(`H${764 - 7}`))
  assert.is(ends.length, 2, 'pi by sudo, and the shell with the bit')
  assert.is.not(filter.missing, '')
})

test('what is drawn lies in the frame, and nothing over something else', () => {
  for (const audit of [stock, used, crowded]) {
    const { width, height, frame, sources, doors, accounts, root } = drawn(audit)
    const inFrame = ({ x, y, width: w, height: h }: Place) =>
      x > frame.x && x + w < frame.x + frame.width && y > frame.y && y + h < frame.y + frame.height
    assert.ok([...doors, ...accounts, root].every(inFrame))
    assert.ok(frame.x + frame.width <= width && frame.y + frame.height <= height)
    const all: readonly Place[] = [...sources, ...doors, ...accounts, root]
    const over = (a: Place, b: Place) =>
      a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const))
    assert.equal(
      pairs.filter(([a, b]) => over(a, b)),
      [],
    )
  }
})

test('more than can be drawn are counted', () => {
  const { doors } = drawn(crowded)
  assert.ok(doors.some(({ title }) => /^and \d+ more$/.test(title.join(' '))))
})

test('numbers and words in little room', () => {
  assert.is(numbersText([9, 1, 2, 3, 5, 7, 6]), '1–3, 5–7, 9')
  assert.is(numbersText([]), '')
  assert.equal(wrapped('Another program will still change it', 16, 2), ['Another program', 'will still chan…'])
  assert.equal(wrapped('short', 16, 2), ['short'])
  assert.is(shortened('𝒶𝒷𝒸', 3), '𝒶𝒷𝒸')
  assert.is(shortened('abcd', 3), 'ab…')
})

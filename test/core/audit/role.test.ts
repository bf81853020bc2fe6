import * as assert from 'uvu/assert'
import { adviceFor } from '../../../src/core/audit/advice.ts'
import type { Sighting } from '../../../src/core/audit/finding.ts'
import { judged } from '../../../src/core/audit/risk.ts'
import { NO_ROLE, parseRole, type Role } from '../../../src/core/audit/role.ts'
import { waive } from '../../../src/core/audit/waivers.ts'
import { suite } from '../../support/suite.ts'

const test = suite('audit: what the device is for')

const listener: Sighting = {
  rule: 'listener',
  subject: 'nginx.service 80/tcp',
  at: { file: '/usr/lib/systemd/system/nginx.service', line: undefined },
  because: 'nginx.service listens on 80/tcp',
}
const roleOf = (text: string): Role => {
  const parsed = parseRole(text)
  if ('wrong' in parsed) throw new Error(parsed.wrong)
  return { ...NO_ROLE, ...parsed }
}
const moved = (text: string) => {
  const { likelihood, impact, level, reasons } = judged(listener, roleOf(text))
  return [likelihood, impact, level, ...reasons]
}

test('each part moves what it is about, and says why', () => {
  assert.equal(moved('exposure=lan,place=public'), [3, 3, 'high'])
  assert.equal(moved('exposure=internet'), [4, 3, 'critical', 'the internet reaches it'])
  assert.equal(moved('shows=public-display'), [3, 4, 'critical', 'others see what it shows (public-display)'])
  assert.equal(moved('talksTo=router+nas'), [3, 4, 'critical', 'from it one comes to router, nas'])
  assert.equal(moved('exposure=offline,controls=door'), [1, 4, 'medium', 'no network reaches it', 'it controls door'])
})

test('words that are not parts of a role', () => {
  for (const text of ['exposure=moon', 'talksto=router', 'holds', 'holds=', '', 'toString=x', '__proto__=x']) {
    assert.ok('wrong' in parseRole(text), text)
  }
})

test('advice is for a role that makes it matter', () => {
  const advised = (text: string) => adviceFor(roleOf(text), [judged(listener, NO_ROLE)]).map(({ id }) => id)
  assert.equal(adviceFor(NO_ROLE, [judged(listener, NO_ROLE)]), [])
  assert.equal(advised('exposure=internet'), ['not-on-the-internet', 'web-page'])
  assert.equal(advised('place=public,exposure=offline'), ['enclosure'])
  assert.equal(advised('place=public'), ['enclosure', 'physical-network'])
  assert.equal(advised('holds=credentials,place=locked'), ['people'])
  assert.equal(advised('controls=door'), ['manual-override', 'people'])
  assert.equal(advised('shows=public-display,talksTo=router'), ['own-network', 'what-it-shows'])
})

test('what is waived does not count until the day, and a waiver that does nothing is named', () => {
  const finding = judged(listener, NO_ROLE)
  const waiver = (more: object) => ({
    rule: 'listener',
    about: undefined,
    reason: 'the page of the kit',
    expires: '2026-12-01',
    ...more,
  })
  const outcome = (more: object, today = '2026-11-30') => {
    const { findings, waived, idle } = waive([finding], [waiver(more)], today)
    return [findings.length, waived.length, ...idle.map(({ because }) => because)]
  }
  assert.equal(outcome({}), [0, 1])
  assert.equal(outcome({ about: 'nginx.service 80/tcp' }), [0, 1])
  assert.equal(outcome({ about: '/usr/lib/systemd/system/nginx.service' }), [0, 1])
  assert.equal(outcome({ about: 'smbd.service 445/tcp' }), [1, 0, 'nothing was found for it'])
  assert.equal(outcome({ rule: 'ssh-key' }), [1, 0, 'nothing was found for it'])
  assert.equal(outcome({}, '2026-12-01'), [1, 0, 'it has expired on 2026-12-01'])
})

import * as assert from 'uvu/assert'
import { parse, smallSpec, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('checks of what a device is for')

const WAIVER = { rule: 'listener', reason: 'the page of the kit', expires: '2099-01-01' }

/** `CODE key` of each problem. */
const problemsOf = (risk: object) =>
  parse({ ...smallSpec(), risk }, {}, TODAY).problems.map(({ code, path }) => `${code} ${path.join('.')}`)

test('a role and waivers that are sound', () => {
  assert.equal(problemsOf({}), [])
  assert.equal(problemsOf({ exposure: 'internet', place: 'public', holds: ['personal-data'], talksTo: ['router'] }), [])
  assert.equal(problemsOf({ waivers: [WAIVER, { ...WAIVER, about: 'nginx.service 80/tcp' }] }), [])
})

for (const [risk, ...problems] of [
  [{ exposure: 'moon' }, 'SPC004 risk.exposure'],
  [{ holds: ['personal data'] }, 'AUD003 risk.holds.0'],
  [{ shows: [''] }, 'AUD003 risk.shows.0'],
  [{ waivers: [{ ...WAIVER, rule: 'listner' }] }, 'AUD001 risk.waivers.0.rule'],
  [{ waivers: [{ ...WAIVER, rule: 'toString' }] }, 'AUD001 risk.waivers.0.rule'],
  [{ waivers: [{ ...WAIVER, rule: 'constructor' }] }, 'AUD001 risk.waivers.0.rule'],
  [{ waivers: [{ ...WAIVER, expires: '2099-02-30' }] }, 'AUD002 risk.waivers.0.expires'],
  [{ waivers: [{ ...WAIVER, reason: ' ' }] }, 'AUD004 risk.waivers.0.reason'],
  [{ waivers: [{ ...WAIVER, expires: TODAY }] }, 'AUD005 risk.waivers.0.expires'],
  [{ waivers: [{ rule: 'listener', expires: '2099-01-01' }] }, 'SPC001 risk.waivers.0.reason'],
] as const) {
  test(`${problems}: ${JSON.stringify(risk)}`, () => assert.equal(problemsOf(risk), problems))
}

import * as assert from 'uvu/assert'
import { type Origin, placeText } from '../../../src/base/report/origin.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { planOf } from '../../support/plan.ts'
import { HASH, KEYS, smallSpec } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('origins: the line of the spec, or the default')

const USER = `users:\n  - name: alice\n    passwordHash: ${HASH}\n    authorizedKeys:\n      - ${KEYS.alice}\n`

const originsOf = ({ operations, units, packages, notes }: Plan): Origin[] => [
  ...[...operations, ...units, ...packages, ...notes].map(({ origin }) => origin),
  ...operations.flatMap((operation) => (operation.kind === 'file' ? [...(operation.lines?.values() ?? [])] : [])),
]

/** Where each key of the plan is from. */
const places = (text: string) => new Map(originsOf(planOf(text)).map((origin) => [origin.key, placeText(origin)]))

test('what the smallest spec does not say is a default: no key but its own has a line', () => {
  const found = places(`version: 1\n${USER}`)
  const written = [...found].filter(([, place]) => place !== 'default (profile standard)')
  assert.equal(Object.fromEntries(written), {
    '': 'pibake.yaml:1:1',
    users: 'pibake.yaml:2:1',
    'users[0].name': 'pibake.yaml:3:11',
    'users[0].passwordHash': 'pibake.yaml:4:19',
    'users[0].authorizedKeys': 'pibake.yaml:5:5',
  })
  assert.ok(found.size > 30)
})

test('a key beside a default does not lend it its line; the profile is named', () => {
  const found = places(`version: 1\n${USER}profile: strict\nssh:\n  port: 22\n`)
  assert.is(found.get('ssh.port'), 'pibake.yaml:9:9')
  assert.is(found.get('ssh'), 'pibake.yaml:8:1')
  assert.is(found.get('ssh.hostKeys'), 'default (profile strict)')
  assert.is(found.get('firewall.rules[0]'), 'default (profile strict)')
  assert.is(found.get('profile'), 'pibake.yaml:7:10')
})

test('exactly one of position and default is null', () => {
  for (const origin of originsOf(planOf(smallSpec()))) {
    assert.is((origin.position === null) !== (origin.default === null), true, origin.key)
  }
})

test('a secret that a file holds has the line of the key that names the file', () => {
  const wifi = 'network:\n  wifi:\n    country: AT\n    networks:\n      - ssid: kit\n        pskFile: wifi.psk\n'
  assert.is(places(`version: 1\n${USER}${wifi}`).get('network.wifi.networks[0].psk'), 'pibake.yaml:12:18')
})

import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { parseRules } from '../../../src/device/ufw/parse.ts'
import { parseRule } from '../../../src/device/ufw/parse-rule.ts'
import { suite } from '../../support/suite.ts'
import { allNames } from './firewall.ts'

const test = suite('ufw: a refused rule in the words that ufw takes')

/** Of a rule that is refused, the one that the hint says to write. */
function advised(rule: string): string | undefined {
  const [problem, ...others] = parseRules([rule], allNames).problems
  assert.equal(others, [])
  return /^write: (.*)$/.exec(problem?.hint ?? '')?.[1]
}

const written: readonly (readonly [rule: string, advice: string])[] = [
  ['allow 22 from 192.168.1.0/24', 'allow from 192.168.1.0/24 to any port 22'],
  ['allow 22/tcp from 192.168.1.0/24', 'allow from 192.168.1.0/24 to any port 22 proto tcp'],
  ['allow from 192.168.1.5 to any 22', 'allow from 192.168.1.5 to any port 22'],
  ['allow from 192.168.1.5 22', 'allow from 192.168.1.5 to any port 22'],
  ['allow from 192.168.1.5 to any port 22/tcp', 'allow from 192.168.1.5 to any port 22 proto tcp'],
  ['limit ssh from 2001:db8::/32', 'limit from 2001:db8::/32 to any port ssh'],
  ['allow OpenSSH from 10.0.0.0/8', 'allow from 10.0.0.0/8 to any app OpenSSH'],
  ['allow from 10.0.0.0/8 proto tcp 80,443', 'allow from 10.0.0.0/8 to any port 80,443 proto tcp'],
  ['allow 1883 on wlan0', 'allow in on wlan0 to any port 1883'],
  ['allow in on eth0 22/tcp', 'allow in on eth0 to any port 22 proto tcp'],
  ['allow 192.168.1.0/24', 'allow from 192.168.1.0/24'],
  ['deny out 192.168.1.9', 'deny out to 192.168.1.9'],
  ['allow port 22', 'allow 22'],
  ['allow 22 tcp', 'allow 22/tcp'],
  ['allow tcp 22', 'allow 22/tcp'],
  ['allow 6000-6007/tcp', 'allow 6000:6007/tcp'],
  ['alow ssh', 'allow ssh'],
  ['Allow 22/tcp', 'allow 22/tcp'],
  ['drop 23', 'deny 23'],
  ['ufw allow 22/tcp', 'allow 22/tcp'],
  ['sudo ufw limit 22/tcp', 'limit 22/tcp'],
  ["allow 22 from anywhere comment 'in and out'", "allow from any to any port 22 comment 'in and out'"],
  ['insert 1 allow 22 from 10.0.0.1', 'insert 1 allow from 10.0.0.1 to any port 22'],
]

for (const [rule, advice] of written) {
  test(`${rule}: the hint is a rule to paste, and it is taken`, () => {
    assert.is(advised(rule), advice)
    assert.equal(parseRules([advice], allNames).problems, [])
  })
}

test('what is not understood, said twice or refused by itself has no such hint', () => {
  const rules = [
    '',
    'allow',
    'delete allow 22',
    'allow 22 from nowhere.example',
    'allow 22 80',
    'allow 22,80',
    'allow 70000',
  ]
  for (const rule of [...rules, 'allow 22 from 10.0.0.1 from 10.0.0.2', 'route allow 22 on eth0', 'allow 22 23/tcp'])
    assert.is(advised(rule), undefined, rule)
})

test('however its words are mixed, the advice says what they said', () => {
  const one = (...values: string[]) => fc.constantFrom(...values)
  const parts = fc.record({
    from: one('any', '192.0.2.0/24', '2001:db8::7'),
    port: one('22', 'http', '6000:6007', '80,443'),
    proto: one('tcp', 'udp'),
    on: fc.option(one('eth0', 'wlan0')),
    log: fc.option(one('log')),
    action: one('allow', 'deny', 'reject', 'limit'),
  })
  const fits = (rule: string) => parseRules([rule], allNames).problems.length === 0
  let counted = 0
  fc.assert(
    fc.property(
      parts,
      fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
      ({ action, from, port, proto, on, log }, order) => {
        const right = `${action}${on === null ? '' : ` in on ${on}`}${log === null ? '' : ` ${log}`} from ${from} to any port ${port} proto ${proto}`
        const pieces = [
          `from ${from}`,
          port,
          `proto ${proto}`,
          ...(on === null ? [] : [`on ${on}`]),
          ...(log === null ? [] : [log]),
        ]
        const mixed = pieces.map((piece, i) => ({ piece, at: order[i] as number })).sort((a, b) => a.at - b.at)
        const rule = [action, ...mixed.map(({ piece }) => piece)].join(' ')
        if (!fits(right) || fits(rule)) return
        counted += 1
        assert.equal(parseRule(advised(rule) ?? rule, 0, allNames), parseRule(right, 0, allNames))
      },
    ),
    { numRuns: 500 },
  )
  assert.ok(counted > 50)
})

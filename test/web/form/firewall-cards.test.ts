import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { parseNetwork } from '../../../src/device/net/address.ts'
import { type Card, cardOf, SERVICES, type Service, withCard } from '../../../src/web/form/firewall-cards.ts'
import { smallSpec, specOf } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cards of the firewall')

const services = Object.keys(SERVICES) as Service[]
const card: fc.Arbitrary<Card> = fc.oneof(
  fc.constantFrom<Card>({ scope: 'off', network: '' }, { scope: 'everywhere', network: '' }),
  fc.constantFrom('192.0.2.0/24', '2001:db8::/32').map((network): Card => ({ scope: 'network', network })),
)

test('a card says what it was set to, the others and the rules of hand stay, and SSH stays open', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...services), card), { maxLength: 8 }), (steps) => {
      let rules: string[] = ['limit 22/tcp', 'deny from 203.0.113.7']
      for (const [service, wanted] of steps) {
        if (service === 'ssh' && wanted.scope === 'off') continue
        const others = services.filter((one) => one !== service).map((one) => cardOf(rules, one))
        rules = withCard(rules, service, wanted)
        assert.equal(cardOf(rules, service), wanted)
        assert.equal(
          services.filter((one) => one !== service).map((one) => cardOf(rules, one)),
          others,
        )
        assert.ok(rules.includes('deny from 203.0.113.7'))
        assert.is.not(cardOf(rules, 'ssh').scope, 'off')
      }
    }),
  )
})

test('with no rule the default lets SSH in; the first card that is set keeps that', () => {
  assert.is(cardOf([], 'ssh').scope, 'everywhere')
  assert.equal(withCard([], 'http', { scope: 'everywhere', network: '' }), ['limit 22/tcp', 'allow 80/tcp'])
  assert.equal(withCard([], 'http', { scope: 'off', network: '' }), ['limit 22/tcp'])
  assert.equal(withCard(['limit 22/tcp', 'allow 80/tcp'], 'ssh', { scope: 'network', network: '192.0.2.0/24' }), [
    'limit from 192.0.2.0/24 to any port 22 proto tcp',
    'allow 80/tcp',
  ])
})

test('every rule that a card writes is one of ufw', () => {
  for (const network of ['192.0.2.0/24', '2001:db8::/32']) {
    assert.ok(parseNetwork(network))
    for (const scope of ['everywhere', 'network'] as const) {
      let rules: string[] = []
      for (const service of services) rules = withCard(rules, service, { scope, network })
      assert.equal(specOf({ ...smallSpec(), firewall: { rules } }).firewall.rules, rules)
    }
  }
})

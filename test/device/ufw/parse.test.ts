import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { cidr, covers, type Family, type Network, parseNetwork, ufwText } from '../../../src/device/net/address.ts'
import { debianNames } from '../../../src/device/ufw/names.ts'
import { parseRules } from '../../../src/device/ufw/parse.ts'
import { parseRule } from '../../../src/device/ufw/parse-rule.ts'
import { RuleError } from '../../../src/device/ufw/rule.ts'
import { words } from '../../../src/device/ufw/words.ts'
import { suite } from '../../support/suite.ts'
import { allNames, firewall, ours } from './firewall.ts'
import { ruleLists } from './generator.ts'

const test = suite('ufw: reading a rule')

const refusals: readonly (readonly [rule: string, code: string, column: number, message: RegExp])[] = [
  ['permit 22', 'FWL001', 1, /'permit' is not an action/],
  ['ufw allow 22', 'FWL001', 1, /without the leading 'ufw'/],
  ['allow', 'FWL001', 6, /is missing/],
  ['allow 22 tcp', 'FWL001', 7, /'22' is not expected here/],
  ['allow from any port', 'FWL001', 16, /'port' needs a value/],
  ['allow port 22', 'FWL001', 7, /needs 'from' or 'to'/],
  ['allow from any from any', 'FWL001', 16, /given twice/],
  ["allow 22 comment 'open", 'FWL001', 18, /never closed/],
  ['allow 22\u202e', 'FWL001', 9, /invisible mark/],
  ['delete allow 22', 'FWL002', 1, /'delete' is a ufw command/],
  ['default deny incoming', 'FWL002', 1, /'default'/],
  ['logging high', 'FWL002', 1, /'logging'/],
  ['allow 70000/tcp', 'FWL003', 7, /1 to 65535/],
  ['allow 022', 'FWL003', 7, /octal/],
  ['allow to any port 80,http proto tcp', 'FWL003', 19, /numbers only/],
  ['allow from 192.0.2.256', 'FWL004', 12, /'192.0.2.256'/],
  ['allow from 192.0.2.1 to 2001:db8::1', 'FWL004', 1, /one address is IPv4/],
  ['allow 22/sctp', 'FWL005', 10, /'sctp'/],
  ['allow 80,443', 'FWL005', 1, /several ports need a protocol/],
  ['allow in on eth0:1', 'FWL006', 13, /alias/],
  ['allow in on br-A log', 'FWL006', 13, /garbles/],
  ['route allow in on %a out on b', 'FWL006', 19, /letter or digit/],
  ['allow NoSuchApp', 'FWL007', 7, /NoSuchApp/],
  ['insert 0 allow 22', 'FWL008', 8, /'0'/],
  ['allow 22 comment "it\'s"', 'FWL009', 18, /no '/],
]

for (const [rule, code, column, message] of refusals) {
  test(`refused: ${rule.replace('\u202e', 'RLO')}`, () => {
    try {
      parseRule(rule, 0, allNames)
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      assert.equal([error.code, error.column], [code, column])
      assert.match(error.message, message)
      return
    }
    assert.unreachable('it was taken')
  })
}

test('a profile that only the image can tell about is a warning without one', () => {
  const { commands, problems } = parseRules(['allow NoSuchApp', 'allow 22/tcp'], debianNames)
  assert.equal(
    problems.map(({ severity, code }) => `${severity} ${code}`),
    ['warning FWL012'],
  )
  assert.is(commands.length, 1)
})

test('a rule that changes nothing, or another one, is warned about', () => {
  const rules = ['allow 22/tcp', 'allow ssh', 'deny 22/tcp', 'prepend allow 22/tcp']
  const { problems } = ours(firewall({ rules }))
  assert.equal(
    problems.map(({ code, path }) => `${code} ${path[2]}`),
    ['FWL010 1', 'FWL011 2', 'FWL010 3'],
  )
})

test('a comment is nothing but a comment', () => {
  for (const comment of ['log', 'in', 'all in one', 'x in on y out on z', 'comment']) {
    assert.is(parseRule(`allow 22 comment '${comment}'`, 0, allNames).rule.comment, comment)
  }
})

test('words are those of a shell', () => {
  const texts = (text: string) => words(text).map((word) => word.text)
  assert.equal(texts(`  a 'b c'd "e\\"f" g\\ h ''  `), ['a', 'b cd', 'e"f', 'g h', ''])
  assert.equal(
    words(`a  'b'`).map(({ column }) => column),
    [1, 4],
  )
})

test('no text makes the parser fail in another way than with a RuleError', () => {
  const token = fc.constantFrom(
    'allow',
    'route',
    'in',
    'on',
    'log',
    'from',
    'to',
    'port',
    'app',
    'proto',
    'comment',
    "'",
    '"',
    '\\',
    '/',
    ':',
    ',',
  )
  const text = fc.array(fc.oneof(token, fc.string({ maxLength: 6, unit: 'binary' })), { maxLength: 12 })
  fc.assert(
    fc.property(text, (parts) => void parseRules([parts.join(' ')], allNames)),
    { numRuns: 2000 },
  )
})

test('whatever a rule says, its lines stay its own', () => {
  const hostile = fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `allow 22/tcp comment "${text}"`)
  fc.assert(
    fc.property(fc.oneof(ruleLists, fc.array(hostile, { maxLength: 3 })), (rules) => {
      const { files } = ours(firewall({ rules }))
      for (const line of files['user.rules'].split('\n')) {
        assert.match(line, /^(\*filter|COMMIT|:ufw-[a-z-]+ - \[0:0\]|### [\x20-\x7e]+|-[AI] ufw-[\x20-\x7e]+|)$/)
      }
    }),
    { numRuns: 200 },
  )
})

test('networks: what is written is read back as the same', () => {
  const bits = fc.tuple(fc.constantFrom<Family>(4, 6), fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.nat(128))
  fc.assert(
    fc.property(bits, ([family, value, length]) => {
      const width = family === 4 ? 32 : 128
      const mask = ((1n << BigInt(width)) - 1n) ^ ((1n << BigInt(width - Math.min(length, width))) - 1n)
      const network: Network = { family, bits: (value >> BigInt(128 - width)) & mask, mask }
      assert.equal(parseNetwork(ufwText(network)), network)
      assert.is(cidr(network), ufwText(network))
      assert.ok(covers(network, network))
    }),
  )
})

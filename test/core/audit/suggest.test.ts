import * as assert from 'uvu/assert'
import { audit } from '../../../src/core/audit/audit.ts'
import { fingerprint } from '../../../src/core/audit/compare.ts'
import { suggestedSpec } from '../../../src/core/audit/suggest.ts'
import { applyToMemory } from '../../../src/core/plan/apply-in-memory.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { compiled } from '../../support/plan.ts'
import { HASH, KEYS, parse, TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'
import { faults, imageOf, planted } from './faults.ts'

const test = suite('audit: the suggested spec')

const OWNER = { name: 'alice', hostname: 'raspberrypi', publicKey: KEYS.alice, passwordHash: HASH }

/** An image that nothing can be applied to. */
const DAMAGED = /^damaged-accounts|^root-way \/etc\/passwd$/

for (const behaviour of ['bookworm-2025', 'trixie-2026'] as const) {
  // A part of them on the other release, for each is planned, applied and audited twice.
  const tried = faults.filter((_, index) => behaviour === 'trixie-2026' || index % 5 === 0)
  for (const [title, what, ...expected] of [['nothing more', {}] as const, ...tried]) {
    if (expected.some((one) => DAMAGED.test(one))) continue
    test(`${behaviour}: what it says that it closes is closed: ${title}`, () => {
      const image = planted(imageOf(behaviour), what)
      const before = audit(inspect(image, { allowBooted: true }), { today: TODAY }).findings
      const text = suggestedSpec(before, OWNER)
      const { spec, problems, ...parsed } = parse(text)
      assert.ok(spec, `${text}\n${JSON.stringify(problems)}`)
      const { plan } = compiled({ spec, ...parsed }, image, { allowBooted: true })
      // Readers keep what they have read of a tree: it is planted once more.
      const applied = planted(imageOf(behaviour), what)
      applyToMemory(applied, plan.operations)
      const after = new Set(audit(inspect(applied, { allowBooted: true }), { today: TODAY }).findings.map(fingerprint))
      const left = before.filter((finding) => 'spec' in finding.cure && after.has(fingerprint(finding)))
      assert.equal(left.map(fingerprint), [], text)
    })
  }
}

test('the cures come together, what stays is said, and what only the owner knows is left out', () => {
  const units = ['nginx.service', 'smbd.service']
  const image = planted(imageOf('trixie-2026'), {
    ...Object.assign({}, ...units.map((unit) => faults.find(([title]) => title.startsWith(unit))?.[1])),
    '/root/.ssh/id_ed25519': 'x',
    'boot:/wpa_supplicant.conf': 'network={\n  ssid="x"\n  psk="y"\n}\n',
  })
  const text = suggestedSpec(audit(inspect(image, { allowBooted: true }), { today: TODAY }).findings, OWNER)
  assert.match(
    text,
    /\n# A service can be reached from the network\nservices:\n {2}disable:\n {4}- nginx\.service\n {4}- smbd/,
  )
  assert.match(text, /\n# What no spec closes:\n(?:# .*\n)*# A private key lies in the image: .*\n# {3}take it out/)
  assert.not.match(text, /NAME|FILE/)
})

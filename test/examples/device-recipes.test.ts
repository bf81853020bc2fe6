import * as assert from 'uvu/assert'
import { assetText } from '../../src/base/host/assets.ts'
import { compileFor } from '../../src/core/compile-for.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { everySample } from '../support/samples.ts'
import { HASH, KEYS, sound, TODAY } from '../support/spec.ts'
import { suite } from '../support/suite.ts'

const test = suite('recipes: what a device is for')

/** What the recipes name. */
const FILES = {
  'secrets/alice': `${HASH}\n`,
  'keys/alice.pub': `${KEYS.alice}\n`,
  'keys/tailscale.asc':
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEaAAAABYJKwYBBAHaRw8BAQdA\n-----END PGP PUBLIC KEY BLOCK-----\n',
  'secrets/wg0.conf':
    '[Interface]\nPrivateKey = aaaa\nAddress = 10.8.0.2/24\n[Peer]\nPublicKey = bbbb\nAllowedIPs = 10.8.0.0/24\n',
}

const recipes = [...assetText('docs/device-recipes.md').matchAll(/^## (.+)$[\s\S]*?^```yaml\n([\s\S]*?)^```$/gm)]

test('there are some', () => assert.ok(recipes.length >= 5))

for (const [, title = '', text = ''] of recipes) {
  for (const { title: sample, options } of everySample()) {
    test(`${title}: ${sample}`, () => {
      const { spec, locate, digest, problems } = sound(text, FILES)
      assert.equal(
        problems.filter(({ code }) => code !== 'ACC007').map(({ code }) => code),
        [],
      )
      const { verdict, problems: found } = compileFor(spec, samplePiOs(options), {
        locate,
        specDigest: digest,
        epoch: undefined,
        today: TODAY,
        allowBooted: false,
      })
      assert.equal(
        found.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`),
        [],
      )
      assert.equal(verdict.lockouts, [])
      assert.ok(verdict.ways.some(({ user, by }) => user === 'alice' && by === 'key'))
    })
  }
}

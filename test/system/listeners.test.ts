import * as assert from 'uvu/assert'
import { daemons } from '../listeners/daemons.ts'
import { compare } from '../listeners/support/device.ts'
import { installed, refresh } from '../listeners/support/install.ts'
import { suite } from '../support/suite.ts'
import { discard } from './support/roots.ts'

/** A few of those of `npm run test:listeners`. */
const test = suite('what daemons listen on, held against ss')

const tried = [
  { release: 'bookworm', name: 'redis' },
  { release: 'trixie', name: 'vsftpd' },
] as const

for (const { release, name } of tried) {
  test(`${release}: ${name}, as installed and otherwise`, async () => {
    const daemon = daemons.find((one) => one.name === name)
    assert.ok(daemon)
    refresh(release)
    const root = installed(release, daemon?.packages ?? [])
    try {
      for (const one of daemon?.cases.slice(0, 2) ?? []) {
        const { predicted, seen } = await compare(root, release, one)
        assert.ok(seen.length > 0, one.name)
        assert.equal(predicted, seen, one.name)
      }
    } finally {
      discard(root)
    }
  })
}

import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/assets.ts'
import { loadSpec } from '../../src/spec/load.ts'
import { suite } from '../support/suite.ts'

const test = suite('loadSpec')
const contract = join(packageRoot, 'test/spec/specs/contract/pibake.yaml')

test('the full example of the contract is sound', () => {
  const { spec, problems, digest } = loadSpec(contract)
  assert.equal(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  assert.is(spec?.users[0]?.authorizedKeys.length, 3)
  assert.is(spec?.users[0]?.authorizedKeys[2]?.expires, '2027-01-01')
  assert.is(spec?.network.wifi?.networks[0]?.psk?.reveal(), 'a passphrase for tests')
  assert.is(spec?.files[0]?.mode, 0o644)
  assert.is(new TextDecoder().decode(spec?.firstBoot.scripts[0]?.content), '#!/bin/sh\n')
  assert.match(digest, /^sha256:[0-9a-f]{64}$/)
})

test('a secret file that everybody can read is warned about at the key that names it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pibake-'))
  try {
    cpSync(dirname(contract), folder, { recursive: true })
    for (const [mode, expected] of [
      [0o644, ['SPC008']],
      [0o600, []],
    ] as const) {
      chmodSync(join(folder, 'secrets/wifi'), mode)
      const { problems } = loadSpec(join(folder, 'pibake.yaml'))
      assert.equal(
        problems.map(({ code }) => code),
        expected,
      )
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

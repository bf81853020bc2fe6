import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/base/host/assets.ts'
import { suite } from '../support/suite.ts'

const test = suite('house: the threat model')
const text = readFileSync(join(packageRoot, 'docs/threat-model.md'), 'utf8')

test('each claim names tests that are there', () => {
  const rows = text.split('\n').filter((line) => /^\|.*\| `/.test(line))
  assert.ok(rows.length >= 20, `${rows.length} claims`)
  const named = rows.map((row) =>
    [...(row.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  )
  assert.equal(
    named.flat().filter((file) => !existsSync(join(packageRoot, 'test', file))),
    [],
  )
})

import * as assert from 'uvu/assert'
import { staleText } from '../support/generated.ts'
import { suite } from '../support/suite.ts'

const test = suite('house: a stale generated file')

test('is reported by ten lines of a diff and the command that renews it', () => {
  assert.is(
    staleText('docs/a.md', 'one\ntwo\nthree\n', 'one\n2\nthree\n'),
    [
      'docs/a.md is stale; to renew it: npm run generate',
      '--- docs/a.md\theld',
      '+++ docs/a.md\tmade',
      '@@ -1,3 +1,3 @@',
      ' one',
      '-two',
      '+2',
      ' three',
    ].join('\n'),
  )
  const many = Array.from({ length: 1000 }, (_, i) => `${i}\n`).join('')
  const lines = staleText('docs/a.md', many, '').split('\n')
  assert.is(lines.length, 12)
  assert.is(lines.at(-1), '… 993 more lines')
})

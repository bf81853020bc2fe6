import { assertGenerated } from '../support/generated.ts'
import { specReference } from '../support/spec-reference.ts'
import { suite } from '../support/suite.ts'

const test = suite('generated: reference of the spec')

test('docs/spec.md tells every key, its kind and its defaults', () => {
  assertGenerated('docs/spec.md', specReference())
})

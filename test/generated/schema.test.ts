import { assertGenerated } from '../support/generated.ts'
import { auditJsonSchemas, manifestJsonSchema, specJsonSchema } from '../support/json-schema.ts'
import { suite } from '../support/suite.ts'

const test = suite('generated: JSON Schema')

test('schema/pibake.schema.json is what the spec is checked by', () => {
  assertGenerated('schema/pibake.schema.json', `${JSON.stringify(specJsonSchema(), null, 2)}\n`)
})

test('schema/pibake.manifest.schema.json is what a manifest is made by', () => {
  assertGenerated('schema/pibake.manifest.schema.json', `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`)
})

test('schema/pibake.audit.schema.json and that of a comparison are what audits are printed by', () => {
  const [one, two] = auditJsonSchemas()
  assertGenerated('schema/pibake.audit.schema.json', `${JSON.stringify(one, null, 2)}\n`)
  assertGenerated('schema/pibake.audit-comparison.schema.json', `${JSON.stringify(two, null, 2)}\n`)
})

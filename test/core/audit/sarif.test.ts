import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import * as assert from 'uvu/assert'
import { audit } from '../../../src/core/audit/audit.ts'
import { rules } from '../../../src/core/audit/rules.ts'
import { sarif } from '../../../src/core/audit/sarif.ts'
import { inspect } from '../../../src/device/inspect/inspect.ts'
import { samplePiOs } from '../../../src/sample/sample.ts'
import { write } from '../../support/edit.ts'
import { TODAY } from '../../support/spec.ts'
import { suite } from '../../support/suite.ts'

const test = suite('audit: SARIF')

/** The schema of OASIS. */
const require = createRequire(import.meta.url)
const schemaFile = require.resolve('schemastore/schemas/json/sarif-2.1.0.json')
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')),
)

const LATER = '2099-01-01'

function found() {
  const image = samplePiOs({ behaviour: 'bookworm-2025', variant: 'lite', architecture: 'arm64' })
  write(image.root, '/etc/machine-id', `${'a'.repeat(32)}\n`)
  write(image.root, '/root/.ssh/id_a b', 'x')
  write(image.root, '/root/.ssh/id_rsa', 'x')
  const waivers = [{ rule: 'private-key', about: '/root/.ssh/id_rsa', reason: 'it is for the test', expires: LATER }]
  return audit(inspect(image, { allowBooted: true }), { waivers, today: TODAY })
}

test('it is valid by its schema, and holds every finding', () => {
  const document = sarif(found(), '1.2.3')
  assert.ok(validate(document), JSON.stringify(validate.errors))
  const [run] = document.runs
  assert.is(run?.tool.driver.rules.length, Object.keys(rules).length)
  const { findings, waived } = found()
  assert.equal(
    run?.results.map(({ ruleId }) => ruleId),
    [...findings, ...waived].map(({ rule }) => rule),
  )
  for (const { ruleId, ruleIndex } of run?.results ?? []) assert.is(run?.tool.driver.rules[ruleIndex]?.id, ruleId)
  assert.not.ok(validate({ ...document, version: '2.0' }), 'the schema refuses nothing')
})

test('places, levels, and what tells one finding from another', () => {
  const results = sarif(found(), '1.2.3').runs[0]?.results ?? []
  const sudo = results.find(({ ruleId }) => ruleId === 'root-unasked')
  assert.equal(
    [sudo?.level, sudo?.locations[0]],
    [
      'error',
      {
        logicalLocations: [{ name: 'pi ACC036' }],
        physicalLocation: {
          artifactLocation: { uri: 'etc/sudoers.d/010_pi-nopasswd', uriBaseId: 'DEVICE' },
          region: { startLine: 1 },
        },
      },
    ],
  )
  const prints = results.map(({ partialFingerprints }) => Object.values(partialFingerprints)[0])
  assert.is(new Set(prints).size, prints.length)
})

test('what is waived is suppressed, with the reason', () => {
  const results = sarif(found(), '1.2.3').runs[0]?.results ?? []
  const suppressed = results.flatMap((one) => ('suppressions' in one ? [[one.ruleId, one.suppressions]] : []))
  const justification = `it is for the test (until ${LATER})`
  assert.equal(suppressed, [['private-key', [{ kind: 'external', justification }]]])
})

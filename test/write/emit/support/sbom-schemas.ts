import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { Ajv } from 'ajv'
import * as assert from 'uvu/assert'

/** Holds a document against the schema of CycloneDX 1.6 and the licence list of SPDX, as the library ships them. */
export async function assertCycloneDx(document: object): Promise<void> {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  assert.equal(await validator.validate(JSON.stringify(document)), null)
}

/** Holds a document against {@link SPDX}. */
export function assertSpdx(document: object): void {
  const validate = new Ajv({ allErrors: true }).compile(SPDX)
  assert.ok(validate(document), JSON.stringify(validate.errors))
}

const text = { type: 'string' }
const closed = (properties: object, required: readonly string[]) => {
  return { type: 'object', properties, required, additionalProperties: false }
}
const list = (items: object) => ({ type: 'array', items })

/**
 * Of SPDX's own schema (`schemas/spdx-schema.json` of github.com/spdx/spdx-spec) the part for what pibake writes, where
 * 2.3.0 and 2.3.1 agree. No kept package of npm or Debian was found that ships the whole. A key that is not here is
 * refused, so one that is new in a document has to be looked up there.
 */
const SPDX = closed(
  {
    SPDXID: text,
    spdxVersion: { const: 'SPDX-2.3' },
    dataLicense: { const: 'CC0-1.0' },
    name: text,
    documentNamespace: { type: 'string', pattern: '^[a-z]+:[^#\\s]+$' },
    creationInfo: closed(
      {
        created: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' },
        creators: { ...list({ type: 'string', pattern: '^Tool: [^ ]+-[^ -]+$' }), minItems: 1 },
      },
      ['created', 'creators'],
    ),
    packages: list(
      closed(
        {
          SPDXID: { type: 'string', pattern: '^SPDXRef-[a-zA-Z0-9.-]+$' },
          name: text,
          versionInfo: text,
          downloadLocation: text,
          filesAnalyzed: { type: 'boolean' },
          licenseConcluded: text,
          licenseDeclared: text,
          copyrightText: text,
          comment: text,
          sourceInfo: text,
          checksums: list(
            closed({ algorithm: { const: 'SHA256' }, checksumValue: { type: 'string', pattern: '^[0-9a-f]{64}$' } }, [
              'algorithm',
              'checksumValue',
            ]),
          ),
          externalRefs: list(
            closed({ referenceCategory: { const: 'PACKAGE-MANAGER' }, referenceLocator: text, referenceType: text }, [
              'referenceCategory',
              'referenceLocator',
              'referenceType',
            ]),
          ),
        },
        ['SPDXID', 'downloadLocation', 'name'],
      ),
    ),
    relationships: list(
      closed({ spdxElementId: text, relatedSpdxElement: text, relationshipType: { enum: ['CONTAINS', 'DESCRIBES'] } }, [
        'spdxElementId',
        'relatedSpdxElement',
        'relationshipType',
      ]),
    ),
  },
  ['SPDXID', 'creationInfo', 'dataLicense', 'name', 'spdxVersion', 'documentNamespace'],
)

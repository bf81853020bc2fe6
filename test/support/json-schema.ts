import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import { auditSchema, comparisonSchema } from '../../src/cli/audit-schema.ts'
import { specSchema } from '../../src/core/spec-file/schema.ts'
import { manifestSchema } from '../../src/write/emit/manifest-schema.ts'

/** The JSON Schema (draft 2020-12) of a spec: what valibot checks by patterns and kinds, with the descriptions. */
export function specJsonSchema(): JsonSchema {
  // A default has one place in JSON Schema, and a key may have two, one a profile: docs/spec.md shows them.
  return convert(({ default: _, ...rest }) => rest)
}

/** The same with the defaults of the standard profile, as they are written at their keys. */
export function specTree(): JsonSchema {
  return convert((node) => node)
}

function convert(each: (node: JsonSchema) => JsonSchema): JsonSchema {
  return {
    title: 'pibake spec, version 1',
    ...toJsonSchema(specSchema, {
      target: 'draft-2020-12',
      typeMode: 'input',
      // What functions judge (keys, hashes, dates) no JSON Schema can say; `pibake check` does.
      ignoreActions: ['raw_check', 'raw_transform', 'transform', 'metadata'],
      overrideSchema: ({ valibotSchema, jsonSchema }) =>
        each(valibotSchema.type === 'loose_object' ? { ...jsonSchema, additionalProperties: false } : jsonSchema),
    }),
  }
}

/** The JSON Schema (draft 2020-12) of `OUT.manifest.json`. */
export function manifestJsonSchema(): JsonSchema {
  return { title: 'pibake manifest, version 1', ...toJsonSchema(manifestSchema, { target: 'draft-2020-12' }) }
}

/** Those of the documents of `pibake audit --json`, of one image and of two. */
export function auditJsonSchemas(): readonly [JsonSchema, JsonSchema] {
  const target = 'draft-2020-12'
  return [
    { title: 'pibake audit, version 1', ...toJsonSchema(auditSchema, { target }) },
    { title: 'pibake audit of two images, version 1', ...toJsonSchema(comparisonSchema, { target }) },
  ]
}

import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import { manifestSchema } from '../../src/emit/manifest-schema.ts'
import { specSchema } from '../../src/spec/schema.ts'

/** The JSON Schema (draft 2020-12) of a spec: what valibot checks by patterns and kinds, with the descriptions. */
export function specJsonSchema(): JsonSchema {
  return {
    title: 'pibake spec, version 1',
    ...toJsonSchema(specSchema, {
      target: 'draft-2020-12',
      // What functions judge (keys, hashes, dates) no JSON Schema can say; `pibake check` does.
      ignoreActions: ['raw_check'],
      overrideSchema: ({ valibotSchema, jsonSchema }) =>
        valibotSchema.type === 'loose_object' ? { ...jsonSchema, additionalProperties: false } : undefined,
    }),
  }
}

/** The JSON Schema (draft 2020-12) of `OUT.manifest.json`. */
export function manifestJsonSchema(): JsonSchema {
  return { title: 'pibake manifest, version 1', ...toJsonSchema(manifestSchema, { target: 'draft-2020-12' }) }
}

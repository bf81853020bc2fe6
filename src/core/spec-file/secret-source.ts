import type * as v from 'valibot'
import { referenced } from './fields.ts'
import { checked, list, section, setting, shaped } from './values.ts'

/** Where a secret comes from that does not stand in the spec: one of the three. */
export const secretSource = (description: string) =>
  section(
    {
      file: setting(referenced('A file beside the spec that holds it.')),
      env: setting(
        shaped(
          /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
          { code: 'SPC015', predicate: 'is not the name of a variable of the environment' },
          'A variable of the environment that holds it.',
        ),
      ),
      command: setting(
        list(
          checked(() => undefined, 'A word.'),
          'A program and its arguments, each a word of its own; it prints the secret. No shell reads them.',
        ),
      ),
    },
    description,
  )

export type SecretSource = v.InferOutput<ReturnType<typeof secretSource>>

/** How messages call what a source yields. */
export function contentOf({ file, env, command }: SecretSource): string {
  if (file !== undefined) return `the content of ${file}`
  return env !== undefined ? `the value of the variable ${env}` : `what ${command?.[0]} prints`
}

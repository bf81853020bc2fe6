import type { Command } from 'commander'
import { type Recipients, readRecipients } from '../write/seal/recipients.ts'
import { assertIdentity } from '../write/seal/seal.ts'
import { readReferenced } from './load-spec.ts'
import { UsageError } from './usage-error.ts'

export interface SealOptions {
  readonly sealTo?: readonly string[]
  readonly identity?: string
}

const SEAL_TO = '--seal-to'

/** Adds the flags by which what is secret of a device is sealed. */
export function sealOptions(command: Command): Command {
  return command
    .optionsGroup('Secrets of devices:')
    .option(
      `${SEAL_TO} <recipient>`,
      'seal the files of secrets: age1…, an SSH public key, or a file of these; may be repeated',
      (value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value],
    )
    .option('--identity <file>', 'opens what was sealed, so that a device that is made again keeps its host keys')
}

/**
 * To whom what is secret is sealed. Looked at before anything is written.
 *
 * @param output whether anything is written
 * @throws UsageError, OutputError when the identity cannot be used
 */
export async function recipientsOf(
  { sealTo = [], identity }: SealOptions,
  output: string | undefined,
): Promise<Recipients> {
  const flag = sealTo.length > 0 ? SEAL_TO : identity === undefined ? undefined : '--identity'
  if (flag !== undefined && output === undefined) throw new UsageError(`${flag} is for what is made: -o DIR`)
  if (identity !== undefined) assertIdentity(identity)
  return readRecipients(sealTo, SEAL_TO, (file) => readReferenced(file, undefined))
}

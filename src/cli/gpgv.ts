import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programEnvironment, programPath } from '../base/process/find-program.ts'
import type { Signed } from '../core/spec-file/referenced-files.ts'
import { dearmored } from '../device/formats/pgp-armor.ts'

/**
 * Has gpgv judge a detached OpenPGP signature by the keys that are given and no others, at this machine's time.
 *
 * @returns why it is not good; undefined: it is
 */
export function signatureFault({ content, signature, keys }: Signed): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'pibake-signature-'))
  try {
    const file = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(place, name), bytes)
      return join(place, name)
    }
    // SHA-1 signatures can be forged; gpgv takes them unless told.
    const options = ['--homedir', place, '--weak-digest', 'SHA1', '--status-fd', '1']
    const keyring = ['--keyring', file('keys.gpg', dearmored(keys))]
    const files = [file('signature', signature), file('content', content)]
    const done = spawnSync(programPath('gpgv'), [...options, ...keyring, ...files], {
      encoding: 'utf8',
      env: programEnvironment(),
    })
    if (done.error !== undefined) return `gpgv, Debian’s package of that name, cannot be run (${done.error.message})`
    return faultIn(done.stdout, done.status === 0)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** gpgv's status lines (GnuPG's doc/DETAILS), the most telling first. For a key that has expired it ends with 0. */
const FAULTS = [
  ['BADSIG', 'one of the two was changed'],
  ['EXPKEYSIG', 'the key has expired'],
  ['REVKEYSIG', 'the key was revoked'],
  ['EXPSIG', 'the signature has expired'],
  ['NO_PUBKEY', 'it is by none of the keys that signedBy names'],
  ['ERRSIG', 'it is of a kind that gpgv does not take'],
] as const

function faultIn(status: string, isEnded: boolean): string | undefined {
  const said = new Set([...status.matchAll(/^\[GNUPG:\] (\w+)/gm)].map(([, word]) => word))
  const fault = FAULTS.find(([word]) => said.has(word))
  if (fault !== undefined) return fault[1]
  return isEnded && said.has('GOODSIG') && said.has('VALIDSIG') ? undefined : 'it is not a detached OpenPGP signature'
}

import { accessSync, constants, readFileSync } from 'node:fs'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { type Answer, answerOf, complaintOf } from '../../base/process/answer.ts'
import { OutputError } from './errors.ts'

/** The namespace that ssh-keygen(1) names for signatures of files; a signature for another use is none for a file. */
const NAMESPACE = 'file'

export interface SignOptions {
  /** A private key, or a public one whose private half an agent holds. */
  readonly key: string
  /** May ssh-keygen ask for the passphrase on the terminal? */
  readonly interactive: boolean
}

/**
 * Says what can be known before long work: that ssh-keygen is there and that the key is one.
 *
 * @throws OutputError when it is not
 */
export async function assertCanSign({ key }: SignOptions): Promise<void> {
  try {
    accessSync(key, constants.R_OK)
  } catch (cause) {
    throw new OutputError(`the key to sign with cannot be read: ${key}`, { cause })
  }
  const answer = await sshKeygen(['-l', '-f', key], '', false)
  if (answer.code !== 0) throw new OutputError(`${key} is not a key that ssh-keygen knows${complaintOf(answer)}`)
}

/**
 * Signs a file with an SSH key (`ssh-keygen -Y sign`, OpenSSH 8.1 or newer; PROTOCOL.sshsig): `FILE.sig`.
 *
 * @returns the signature's path
 * @throws OutputError when there is no ssh-keygen, no such key, or no passphrase for it; no signature is left then
 */
export async function signFile(file: string, { key, interactive }: SignOptions): Promise<string> {
  const words = ['-Y', 'sign', '-n', NAMESPACE, '-f', key]
  const answer = await sshKeygen(words, readFileSync(file), interactive)
  const signature = answer.stdout.toString()
  if (answer.code !== 0 || !signature.startsWith('-----BEGIN SSH SIGNATURE-----')) {
    throw new OutputError(`${file} could not be signed with ${key}${complaintOf(answer)}`, {
      hint: 'a key with a passphrase needs a terminal to ask on, or an agent that holds it (ssh-add)',
    })
  }
  writeAtomically(`${file}.sig`, signature, { mode: 0o644 })
  return `${file}.sig`
}

async function sshKeygen(args: readonly string[], input: Uint8Array | string, interactive: boolean): Promise<Answer> {
  try {
    return await answerOf('ssh-keygen', args, input, { interactive })
  } catch (cause) {
    throw new OutputError('signing needs ssh-keygen, which is not there', {
      hint: 'it belongs to OpenSSH: openssh-client in Debian',
      cause,
    })
  }
}

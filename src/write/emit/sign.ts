import { spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { writeAtomically } from '../../base/disk/write-atomically.ts'
import { visible } from '../../base/encode/visible.ts'
import { programEnvironment, programPath } from '../../base/process/find-program.ts'
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
  const { code, stderr } = await sshKeygen(['-l', '-f', key], '', false)
  if (code !== 0) throw new OutputError(`${key} is not a key that ssh-keygen knows${said(stderr)}`)
}

/**
 * Signs a file with an SSH key (`ssh-keygen -Y sign`, OpenSSH 8.1 or newer; PROTOCOL.sshsig): `FILE.sig`.
 *
 * @returns the signature's path
 * @throws OutputError when there is no ssh-keygen, no such key, or no passphrase for it; no signature is left then
 */
export async function signFile(file: string, { key, interactive }: SignOptions): Promise<string> {
  const { code, stdout, stderr } = await sshKeygen(
    ['-Y', 'sign', '-n', NAMESPACE, '-f', key],
    readFileSync(file),
    interactive,
  )
  if (code !== 0 || !stdout.startsWith('-----BEGIN SSH SIGNATURE-----')) {
    throw new OutputError(`${file} could not be signed with ${key}${said(stderr)}`, {
      hint: 'a key with a passphrase needs a terminal to ask on, or an agent that holds it (ssh-add)',
    })
  }
  writeAtomically(`${file}.sig`, stdout, { mode: 0o644 })
  return `${file}.sig`
}

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The data goes in and the signature comes out by pipes; a passphrase is asked for on the terminal itself. */
async function sshKeygen(args: readonly string[], input: Uint8Array | string, interactive: boolean): Promise<Ran> {
  const child = spawn(programPath('ssh-keygen'), args, {
    // A session of its own has no terminal to ask on.
    detached: !interactive,
    env: { ...programEnvironment(), ...(interactive ? {} : { SSH_ASKPASS_REQUIRE: 'never' }) },
  })
  const exit = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  // It may end without reading what it is given; its exit says so.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
    return { code, stdout, stderr }
  } catch (cause) {
    throw new OutputError('signing needs ssh-keygen, which is not there', {
      hint: 'it belongs to OpenSSH: openssh-client in Debian',
      cause,
    })
  }
}

function said(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return lines.length === 0 ? '' : `: ${lines.map((line) => visible(line.trim())).join('; ')}`
}

import type { Position, Problem } from '../../base/report/report.ts'
import type { Referenced } from '../../core/spec-file/referenced-files.ts'
import { isPrivateKey } from '../../device/formats/mistaken-key.ts'
import { parsePublicKey } from '../../device/formats/public-key.ts'

/** To whom something is sealed, and what is wrong with those that were named. */
export interface Recipients {
  /** Recipients of age (`age1…`), and public keys of SSH without their comments. */
  readonly recipients: readonly string[]
  readonly problems: readonly Problem[]
}

/** The kinds of SSH keys that age seals to (age(1), SSH keys). */
const SSH_TYPES = ['ssh-ed25519', 'ssh-rsa']

/** Whether a recipient is a public key of SSH. */
export function isSshKey(recipient: string): boolean {
  return /^(?:ssh|ecdsa|sk)-/.test(recipient)
}

/**
 * Reads the recipients that a command line names: themselves, or files with one a line, as age takes them (`--recipients-file`).
 *
 * @param option how the command line calls them; the place of a recipient that is not in a file
 * @param read reads such a file
 */
export async function readRecipients(
  given: readonly string[],
  option: string,
  read: (file: string) => Referenced,
): Promise<Recipients> {
  const found = given.flatMap((text, i): Found[] =>
    /^age1/i.test(text) || isSshKey(text) || isSecret(text)
      ? [{ text, position: { file: option, line: i + 1, column: 1 } }]
      : linesOf(text, read(text)),
  )
  const results = await Promise.all(found.map(recipientOf))
  const recipients = results.flatMap((one) => (typeof one === 'string' ? [one] : []))
  const problems = results.flatMap((one) => (typeof one === 'string' ? [] : [one]))
  return { recipients: [...new Set(recipients)], problems }
}

/** What may be a recipient, or what is wrong with the file that it would be in. */
interface Found {
  readonly text: string
  readonly position: Position
  readonly fault?: Fault
}

interface Fault {
  readonly message: string
  readonly hint: string
}

const KINDS = 'a recipient of age (age1…), an ssh-ed25519 or ssh-rsa key, or a file with one a line'

const SECRET: Fault = {
  message: 'this is a PRIVATE key',
  hint: 'what is meant is its public half: age-keygen -y FILE prints it, and of SSH it is in the file that ends in .pub',
}

function linesOf(file: string, read: Referenced): Found[] {
  const position = { file, line: 1, column: 1 }
  if ('failure' in read) {
    const message = `the recipients cannot be read: ${read.failure}`
    return [{ text: '', position, fault: { message, hint: `give ${KINDS}` } }]
  }
  const text = new TextDecoder().decode(read.bytes)
  if (isSecret(text)) return [{ text: '', position, fault: SECRET }]
  const lines = text.split('\n').flatMap((raw, i): Found[] => {
    const line = raw.trim()
    return line === '' || line.startsWith('#') ? [] : [{ text: line, position: { ...position, line: i + 1 } }]
  })
  if (lines.length > 0) return lines
  return [{ text: '', position, fault: { message: 'the file has no recipients', hint: 'one a line' } }]
}

function isSecret(text: string): boolean {
  return /AGE-SECRET-KEY-/i.test(text) || isPrivateKey(text)
}

/** What is wrong is never repeated: it may be somebody's secret. */
async function recipientOf({ text, position, fault }: Found): Promise<string | Problem> {
  const recipient = fault ?? (isSecret(text) ? SECRET : isSshKey(text) ? sshRecipient(text) : await ageRecipient(text))
  if (typeof recipient === 'string') return recipient
  return { severity: 'error', code: 'FLT009', path: [], position, ...recipient }
}

function sshRecipient(text: string): string | Fault {
  const key = parsePublicKey(text)
  if ('reason' in key) return { message: `the recipient ${key.message}`, hint: key.hint }
  if (SSH_TYPES.includes(key.type)) return `${key.type} ${key.blob}`
  return { message: `nothing can be sealed to a key of the kind ${key.type}`, hint: SSH_TYPES.join(' or ') }
}

async function ageRecipient(text: string): Promise<string | Fault> {
  const { Encrypter } = await import('age-encryption')
  try {
    new Encrypter().addRecipient(text)
    return text
  } catch {
    return { message: 'this is not a recipient of age', hint: `copy the whole line; or give ${KINDS}` }
  }
}

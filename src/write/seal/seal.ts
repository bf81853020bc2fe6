import { readFileSync } from 'node:fs'
import { type Answer, answerOf, complaintOf } from '../../base/process/answer.ts'
import { isPrivateKey } from '../../device/formats/mistaken-key.ts'
import { OutputError } from '../emit/errors.ts'
import { isSshKey } from './recipients.ts'

/**
 * Seals a text so that none but its recipients can open it, in the format of age (age-encryption.org/v1): by the package
 * age-encryption, and to keys of SSH, which that does not know, by the program age. Fresh randomness goes into every file.
 *
 * @param recipients as {@link readRecipients} gives them
 * @throws OutputError when the program is needed and is not there, or refuses a recipient
 */
export async function seal(text: string, recipients: readonly string[]): Promise<Uint8Array> {
  if (recipients.length === 0) throw new Error('nobody to seal to')
  if (recipients.some(isSshKey)) {
    const words = recipients.flatMap((one) => ['--recipient', one])
    return age(['--encrypt', ...words], text, 'age has not sealed it')
  }
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const one of recipients) encrypter.addRecipient(one)
  return encrypter.encrypt(text)
}

/** Opens what {@link seal} made. @param label as messages call it @throws OutputError when the identity does not */
export async function unseal(sealed: Uint8Array, identityFile: string, label: string): Promise<string> {
  const identities = identitiesIn(identityFile)
  const failed = `${label} is not opened by ${identityFile}`
  if (identities === 'ssh') return (await age(['--decrypt', '--identity', identityFile], sealed, failed)).toString()
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  try {
    for (const one of identities) decrypter.addIdentity(one)
    return await decrypter.decrypt(sealed, 'text')
  } catch (cause) {
    // The package may repeat what it was given.
    throw new OutputError(failed, { hint: 'it was sealed to somebody else, or is damaged', cause })
  }
}

/** Says what can be known before long work: that there are identities in a file. @throws OutputError when there are none */
export function assertIdentity(file: string): void {
  identitiesIn(file)
}

/** Those of age, or that the file is a private key of SSH. */
function identitiesIn(file: string): readonly string[] | 'ssh' {
  const hint = 'give what age-keygen has written, or a private key of SSH; neither with a passphrase'
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new OutputError(`the identity cannot be read: ${file}`, { hint, cause })
  }
  if (isPrivateKey(text)) return 'ssh'
  const found = text.split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (found.length === 0) throw new OutputError(`${file} has no identity of age`, { hint })
  return found.map((line) => line.trim())
}

async function age(words: readonly string[], input: Uint8Array | string, failed: string): Promise<Buffer> {
  let answer: Answer
  try {
    answer = await answerOf('age', words, input, { interactive: false })
  } catch (cause) {
    throw new OutputError('keys of SSH need the program age, which is not there', {
      hint: 'install it (age in Debian), or seal to a recipient of age: age-keygen makes one',
      cause,
    })
  }
  if (answer.code !== 0) throw new OutputError(`${failed}${complaintOf(answer)}`)
  return answer.stdout
}

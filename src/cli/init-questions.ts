import { randomBytes } from 'node:crypto'
import { isCancel, type Option, password, select, text } from '@clack/prompts'
import * as v from 'valibot'
import * as f from '../core/spec-file/fields.ts'
import type { Starter } from '../core/spec-file/starter.ts'
import { unpack } from '../core/spec-file/values.ts'
import { hashOf, passwordFault, passwordWeakness } from '../device/formats/plain-password.ts'
import { wpaPasswordKind } from '../device/formats/wpa-key.ts'
import { hostFacts, keysOfAgent, keysOfHome, readKey } from './host-facts.ts'
import type { Io } from './io.ts'

/** What was answered; the password of the Wi-Fi goes to the file that the starter names. */
export interface Answers {
  readonly starter: Starter
  readonly psk?: string | undefined
}

/** Asks a handful of questions on the terminal, with what this machine knows as answers; undefined: called off. */
export async function askAll(io: Io, found: Starter): Promise<Answers | undefined> {
  try {
    return await new Questions(io).all(found)
  } catch (error) {
    if (error instanceof CalledOff) return undefined
    throw error
  }
}

type Schema = v.GenericSchema<unknown, unknown>

/** Ctrl-C, or Escape. */
class CalledOff extends Error {}

class Questions {
  readonly #io: Io
  /** Data goes to stdout, and this is none. */
  readonly #to: { readonly output: typeof process.stderr }

  constructor(io: Io) {
    this.#io = io
    const output = process.stderr
    // A serial line, or a container, may say that it has none.
    if (output.columns === 0) output.columns = 80
    this.#to = { output }
  }

  async all(found: Starter): Promise<Answers> {
    const host = hostFacts(this.#io.env)
    const name = await this.#text('Your login name', found.name, f.userName(''))
    const hostname = await this.#text('Name of the device', found.hostname, f.hostname(''))
    const publicKey = await this.#key()
    const passwordHash = await this.#password(name)
    const timezone = await this.#optional('Time zone (empty: as the image has it)', host.timezone, f.timezone(''))
    const locale = await this.#optional('Language (empty: as the image has it)', host.locale, f.locale(''))
    const keyboard = await this.#optional('Keyboard layout (empty: as the image has it)', host.keyboard, f.keyboard(''))
    const ssid = await this.#optional('Wi-Fi network that it joins (empty: none)', undefined, f.ssid(''))
    const starter = { name, hostname, publicKey, passwordHash, timezone, locale, keyboard }
    if (ssid === undefined) return { starter }
    const psk = await this.#psk()
    const country = await this.#text('Country where the Wi-Fi is used, two letters', host.country, f.country(''))
    const pskFile = psk === undefined ? undefined : `wifi-${ssid.replace(/[^A-Za-z0-9_.-]+/g, '-')}.psk`
    return { starter: { ...starter, wifi: { country, ssid, pskFile } }, psk }
  }

  /** The proposal is what is taken where nothing is typed. */
  async #text(message: string, proposal: string | undefined, schema: Schema): Promise<string> {
    const given = proposal === undefined ? {} : { placeholder: proposal, defaultValue: proposal }
    const validate = (typed = '') => (typed === '' && proposal !== undefined ? undefined : faultOf(schema, typed))
    return kept(await text({ message, ...given, ...this.#to, validate })).trim()
  }

  /** Nothing is an answer, too: the image is left as it is. */
  async #optional(message: string, proposal: string | undefined, schema: Schema): Promise<string | undefined> {
    const given = proposal === undefined ? {} : { initialValue: proposal }
    const validate = (value = '') => (value.trim() === '' ? undefined : faultOf(schema, value))
    const answer = kept(await text({ message, ...given, ...this.#to, validate })) ?? ''
    return answer.trim() === '' ? undefined : answer.trim()
  }

  async #key(): Promise<string | undefined> {
    const all = [...keysOfHome(), ...keysOfAgent(this.#io.env)]
    const found = all.filter(({ key }, i) => all.findIndex((one) => one.key.split(' ')[1] === key.split(' ')[1]) === i)
    const options: Option<number>[] = [
      ...found.map(({ key, from }, value) => ({ value, label: labelOf(key), hint: from })),
      { value: FILE, label: 'another file' },
      { value: NONE, label: 'none yet', hint: 'nobody logs in until there is one' },
    ]
    const choice = kept(await select({ message: 'Public key that lets you in', options, ...this.#to }))
    if (choice !== FILE) return found[choice]?.key
    const validate = (file = '') => (readKey(file) === undefined ? 'there is no public key in it' : undefined)
    return readKey(kept(await text({ message: 'File of your public key', validate, ...this.#to })))
  }

  async #password(user: string): Promise<string | undefined> {
    const validate = (typed = '') =>
      typed === '' ? undefined : (passwordFault(typed) ?? passwordWeakness(typed, user))
    const first =
      kept(await password({ message: 'Password for sudo and the console (empty: later)', validate, ...this.#to })) ?? ''
    if (first === '') return undefined
    const same = (again = '') => (again === first ? undefined : 'the two passwords differ')
    kept(await password({ message: 'Once more', validate: same, ...this.#to }))
    return hashOf(first, randomBytes(12))
  }

  async #psk(): Promise<string | undefined> {
    const validate = (typed = '') =>
      typed === '' || wpaPasswordKind(typed) !== undefined ? undefined : 'it has 8 to 63 characters of ASCII'
    const typed =
      kept(await password({ message: 'Password of the Wi-Fi (empty: an open network)', validate, ...this.#to })) ?? ''
    return typed === '' ? undefined : typed
  }
}

const FILE = -1
const NONE = -2

/** @throws CalledOff */
function kept<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new CalledOff()
  return answer as Exclude<T, symbol>
}

function faultOf(schema: Schema, value: string): string | undefined {
  const { issues } = v.safeParse(schema, value.trim())
  const [issue] = issues ?? []
  if (issue === undefined) return undefined
  const fault = unpack(issue.message)
  return fault === undefined
    ? 'it is not understood'
    : [fault.predicate, fault.hint].filter((part) => part !== undefined).join('; ')
}

/** `ssh-ed25519 …FyLxk1 alice@laptop` */
function labelOf(key: string): string {
  const [type = '', blob = '', ...comment] = key.split(' ')
  return [type, `…${blob.slice(-8)}`, ...comment].join(' ')
}

import type { Code } from '../../base/report/codes.ts'
import { keyOf, type Problem, type SpecPath } from '../../base/report/report.ts'
import type { Tree } from '../../storage/tree/tree.ts'
import { isLocked, type KeySource, type LockedKeys } from './key-sources.ts'
import { contentOf, type SecretSource } from './secret-source.ts'

/** The bytes of a file that the spec names, and whether every user of this machine may read it; or why it cannot be fetched. */
export type Referenced = { readonly bytes: Uint8Array; readonly readByAll: boolean } | { readonly failure: string }

/** Fetches a file by the path that stands in the spec. @param from the spec file in which it stands */
export type ReadReferenced = (path: string, from: string) => Referenced

/** A variable of the environment, or a program and its arguments. */
export type Asked = { readonly env: string } | { readonly command: readonly string[] }

/** What a variable holds or a program prints; or a clause: why there is nothing. @param from the spec file that asks */
export type AskForSecret = (
  source: Asked,
  from: string,
) => { readonly bytes: Uint8Array } | { readonly failure: string }

export interface FoundSecret {
  readonly text: string
  /** The key that says where it comes from, and how messages call what it holds. */
  readonly path: SpecPath
  readonly called: string
}

/** The files that a .deb holds; a clause: why they cannot be looked at. */
export type UnpackDeb = (content: Uint8Array, label: string) => Tree | string

/** What reading a spec needs of the machine it is read on. */
export interface Host {
  readonly read: ReadReferenced
  readonly verify: VerifySignature
  readonly unpack: UnpackDeb
  readonly ask: AskForSecret
  /** The keys of a source, by its name, as pibake.lock has them. */
  readonly lockedKeys?: (source: string) => LockedKeys | undefined
  /** Every user of this machine may read the spec itself. */
  readonly isSpecReadByAll?: boolean
  /** The spec is a stranger's: it gets no more than it has words for. */
  readonly isConfined?: boolean
}

/** A file, a detached OpenPGP signature, and the public keys that it may be by. */
export interface Signed {
  readonly content: Uint8Array
  readonly signature: Uint8Array
  readonly keys: Uint8Array
}

/** @returns why the signature does not verify the file; undefined: it does */
export type VerifySignature = (signed: Signed) => string | undefined

/** The files that a spec names, and what is wrong with them. */
export class References {
  readonly problems: Problem[] = []
  /** Bytes of the files that hold no secret, in the order in which the spec names them. */
  readonly seen: { readonly path: string; readonly bytes: Uint8Array; readonly at: SpecPath }[] = []
  /** Where the network has keys that the spec wants. */
  readonly keySources: KeySource[] = []
  readonly verify: VerifySignature
  readonly unpack: UnpackDeb
  readonly #lockedKeys: NonNullable<Host['lockedKeys']>
  readonly #read: ReadReferenced
  readonly #ask: AskForSecret
  readonly #isConfined: boolean
  readonly #fileOf: (path: SpecPath) => string
  readonly #filledFrom: (path: SpecPath) => string | undefined
  readonly #open: Set<string>

  /**
   * @param fileOf the spec file that says what is at a path
   * @param open those of the spec files, and of what they are filled from, that every user of this machine may read
   * @param filledFrom the inventory, where what is at a path comes from it
   */
  constructor(
    { read, verify, unpack, ask, lockedKeys, isConfined = false }: Omit<Host, 'isSpecReadByAll'>,
    fileOf: (path: SpecPath) => string,
    open: readonly string[],
    filledFrom: (path: SpecPath) => string | undefined = () => undefined,
  ) {
    this.#fileOf = fileOf
    this.#filledFrom = filledFrom
    this.#open = new Set(open)
    this.#lockedKeys = lockedKeys ?? (() => undefined)
    this.#read = read
    this.#ask = ask
    this.#isConfined = isConfined
    this.verify = verify
    this.unpack = unpack
  }

  bytes(file: string, path: SpecPath): Uint8Array | undefined {
    const result = this.#fetch(file, path)
    if (result !== undefined) this.seen.push({ path: file, bytes: result.bytes, at: path })
    return result?.bytes
  }

  /** Like {@link bytes}, for what may hold a secret: it counts in no digest that others see. */
  private(file: string, path: SpecPath): Uint8Array | undefined {
    return this.#fetch(file, path)?.bytes
  }

  /** Text of a file; trailing line ends are not part of it. */
  text(file: string, path: SpecPath): string | undefined {
    return this.#decode(this.bytes(file, path), file, path)
  }

  /** Like {@link text}, for a file with a secret: it must not be readable by everybody. */
  secret(file: string, path: SpecPath): string | undefined {
    return this.#decode(this.#secretFile(file, path), file, path)
  }

  /**
   * The secret of a key of `section` that takes a source, or of the key that is short for a file of it (`pskFile` of `psk`),
   * as text without its last line ends; undefined: neither is there, or there is no secret, which is reported.
   */
  secretOf(
    key: string,
    { source, file }: { readonly source: SecretSource | undefined; readonly file: string | undefined },
    section: SpecPath,
  ): FoundSecret | undefined {
    const short = `${key}File`
    if (source !== undefined && file !== undefined)
      this.error('SPC009', [...section, short], `${key} and ${short} exclude each other`)
    const from = source ?? (file === undefined ? undefined : { file })
    if (from === undefined) return undefined
    const path = [...section, source === undefined ? short : key]
    const text =
      source === undefined ? this.secret(file as string, path) : this.#decode(this.secretBytes(source, path), key, path)
    return text === undefined ? undefined : { text, path, called: contentOf(from) }
  }

  /** The keys of the network that the lock has of a source; undefined: none, which is reported. */
  lockedKeys(source: KeySource, path: SpecPath): LockedKeys | undefined {
    if (this.#isConfined) {
      this.error('SPC014', path, 'the spec has keys fetched from the network', 'name the keys themselves')
      return undefined
    }
    this.keySources.push(source)
    const locked = this.#lockedKeys(source.name)
    if (locked === undefined || !isLocked(locked, source)) {
      const what = locked === undefined ? 'does not hold' : 'has other content of'
      this.error('KEY011', path, `pibake.lock ${what} the keys of ${source.name}`, 'pibake lock fetches them once')
      return undefined
    }
    const bytes = new TextEncoder().encode(locked.keys.map(({ line }) => `${line}\n`).join(''))
    this.seen.push({ path: source.name, bytes, at: path })
    return locked
  }

  /** The secret that a source yields, byte by byte; undefined: none, which is reported. */
  secretBytes({ file, env, command }: SecretSource, path: SpecPath): Uint8Array | undefined {
    if ([file, env, command].filter((one) => one !== undefined).length !== 1) {
      this.error('SPC009', path, `${keyOf(path)} has one of file, env and command`, 'write one of them')
      return undefined
    }
    if (file !== undefined) return this.#secretFile(file, [...path, 'file'])
    return env !== undefined
      ? this.#asked({ env }, [...path, 'env'])
      : this.#asked({ command: command ?? [] }, [...path, 'command'])
  }

  #asked(source: Asked, path: SpecPath): Uint8Array | undefined {
    if (this.#isConfined) {
      const what = 'env' in source ? 'a variable of your environment' : 'a program run'
      this.error('SPC014', path, `the spec asks for ${what}`, 'look at it, and leave --confine out if it may have that')
      return undefined
    }
    const answer = this.#ask(source, this.#fileOf(path))
    if ('bytes' in answer) return answer.bytes
    this.error('SPC015', path, `${keyOf(path.slice(0, -1))} gets no value: ${answer.failure}`)
    return undefined
  }

  #secretFile(file: string, path: SpecPath): Uint8Array | undefined {
    // Who wrote the secret itself in place of its file's name shall not find it on the terminal.
    const result = this.#fetch(file, path, 'the file that is named here')
    if (result?.readByAll === true) {
      this.problems.push({
        severity: 'warning',
        code: 'SPC008',
        path,
        message: `${file} holds a secret and can be read by every user of this machine`,
        hint: 'chmod 600',
      })
    }
    return result?.bytes
  }

  /** Notes a secret that stands in a spec file itself or in the inventory, which everybody may then not read; said once a file. */
  inline(path: SpecPath): void {
    const inventory = this.#filledFrom(path)
    if (!this.#open.delete(inventory ?? this.#fileOf(path))) return
    this.problems.push({
      severity: 'warning',
      code: 'SPC008',
      path,
      message: `${inventory === undefined ? 'the spec' : 'the inventory'} holds a secret and can be read by every user of this machine`,
      hint: 'chmod 600',
    })
  }

  /** Adds an error about the content of a referenced file. */
  error(code: Code, path: SpecPath, message: string, hint?: string): void {
    this.problems.push({ severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) })
  }

  #fetch(file: string, path: SpecPath, called = file): { bytes: Uint8Array; readByAll: boolean } | undefined {
    const result = this.#read(file, this.#fileOf(path))
    if (!('failure' in result)) return result
    this.error('SPC007', path, `${called} cannot be read: ${result.failure}`, 'paths are relative to the spec')
    return undefined
  }

  #decode(bytes: Uint8Array | undefined, file: string, path: SpecPath): string | undefined {
    if (bytes === undefined) return undefined
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/[\r\n]+$/, '')
    } catch {
      this.error('SPC007', path, `${file} is not UTF-8 text`)
      return undefined
    }
  }
}

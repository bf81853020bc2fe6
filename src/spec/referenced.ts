import type { Problem, SpecPath } from './report.ts'

/** The bytes of a file that the spec names, and whether every user of this machine may read it; or why it cannot be had. */
export type Referenced = { readonly bytes: Uint8Array; readonly readByAll: boolean } | { readonly failure: string }

/** Fetches a file by the path that stands in the spec. */
export type ReadReferenced = (path: string) => Referenced

/** What reading a spec needs of the machine it is read on. */
export interface Host {
  readonly read: ReadReferenced
  readonly verify: VerifySignature
}

/** A file, a detached OpenPGP signature, and the public keys that it may be by. */
export interface Signed {
  readonly content: Uint8Array
  readonly signature: Uint8Array
  readonly keys: Uint8Array
}

/** @returns why the signature does not vouch for the file; undefined: it does */
export type VerifySignature = (signed: Signed) => string | undefined

/** The files that a spec names, and what is wrong with them. */
export class References {
  readonly problems: Problem[] = []
  /** Bytes of the files that hold no secret, in the order in which the spec names them. */
  readonly seen: { readonly path: string; readonly bytes: Uint8Array }[] = []
  readonly verify: VerifySignature
  readonly #read: ReadReferenced

  constructor({ read, verify }: Host) {
    this.#read = read
    this.verify = verify
  }

  bytes(file: string, path: SpecPath): Uint8Array | undefined {
    const result = this.#fetch(file, path)
    if (result !== undefined) this.seen.push({ path: file, bytes: result.bytes })
    return result?.bytes
  }

  /** Text of a file; trailing line ends are not part of it. */
  text(file: string, path: SpecPath): string | undefined {
    return this.#decode(this.bytes(file, path), file, path)
  }

  /** Like {@link text}, for a file with a secret: it must not be readable by everybody. */
  secret(file: string, path: SpecPath): string | undefined {
    const result = this.#fetch(file, path)
    if (result?.readByAll === true) {
      this.problems.push({
        severity: 'warning',
        code: 'SPC008',
        path,
        message: `${file} holds a secret and can be read by every user of this machine`,
        hint: 'chmod 600',
      })
    }
    return this.#decode(result?.bytes, file, path)
  }

  /** Adds an error about the content of a referenced file. */
  error(code: string, path: SpecPath, message: string, hint?: string): void {
    this.problems.push({ severity: 'error', code, path, message, ...(hint === undefined ? {} : { hint }) })
  }

  #fetch(file: string, path: SpecPath): { bytes: Uint8Array; readByAll: boolean } | undefined {
    const result = this.#read(file)
    if (!('failure' in result)) return result
    this.error('SPC007', path, `${file} cannot be read: ${result.failure}`, 'paths are relative to the spec')
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

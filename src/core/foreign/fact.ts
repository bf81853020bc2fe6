import type { Secret } from '../../base/secret.ts'

/** Where something stands in what another tool wrote; line 0: in no line of it. */
export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** The item of a list that has this value under this key: the user named alice. */
export interface Item {
  readonly key: 'name' | 'ssid' | 'interface' | 'mac' | 'path'
  readonly value: string
}

/** Keys of the spec, and items of its lists, from the top. */
export type FactPath = readonly (string | Item)[]

/** One thing that a file says, in the terms of the spec. */
export interface Fact {
  readonly path: FactPath
  /** A {@link Secret} goes to a file of its own, which the key names. */
  readonly value: FactValue
  readonly at: Place
  /** `set`: the value; `add`: one more member of a list; `suppose`: the value unless something sets it. */
  readonly does: 'set' | 'add' | 'suppose'
  /** Of the name of an item that nothing sets by itself: the fact that the item is there for. */
  readonly from?: Fact
}

export type FactValue = string | number | boolean | Secret | Readonly<Record<string, unknown>>

/** What no spec takes, or not from there. */
export interface Left {
  readonly at: Place
  readonly what: string
  readonly why: string
}

/** A file of another tool, as text. */
export interface ForeignFile {
  /** As messages call it. */
  readonly name: string
  readonly text: string
}

/** What one file says. */
export class Findings {
  readonly facts: Fact[] = []
  readonly left: Left[] = []
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  set(path: FactPath, value: FactValue | undefined, line: number): void {
    this.#note(path, value, line, 'set')
  }

  /** One more member of a list. */
  add(path: FactPath, value: FactValue, line: number): void {
    this.#note(path, value, line, 'add')
  }

  /** What holds unless this file, or another one, says something else. */
  suppose(path: FactPath, value: FactValue, line = 0): void {
    this.#note(path, value, line, 'suppose')
  }

  leave(what: string, why: string, line: number): void {
    this.left.push({ at: { file: this.#file, line }, what, why })
  }

  #note(path: FactPath, value: FactValue | undefined, line: number, does: Fact['does']): void {
    if (value !== undefined) this.facts.push({ path, value, at: { file: this.#file, line }, does })
  }
}

/** A file that is damaged, or two that contradict each other: nothing is made of them. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** Makes a crypt(3) hash of a plain password. */
export type Hash = (password: string) => string

export const userOf = (name: string): FactPath => ['users', { key: 'name', value: name }]

export const wifiOf = (ssid: string): FactPath => ['network', 'wifi', 'networks', { key: 'ssid', value: ssid }]

export const COUNTRY: FactPath = ['network', 'wifi', 'country']

/** `firstrun.sh:12` */
export function placeOf({ file, line }: Place): string {
  return line === 0 ? file : `${file}:${line}`
}

/** `users[alice].passwordHash` */
export function pathText(path: FactPath): string {
  return path.map((step, i) => (typeof step === 'object' ? `[${step.value}]` : i === 0 ? step : `.${step}`)).join('')
}

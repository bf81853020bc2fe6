import type { Code } from '../../base/report/codes.ts'
import type { FinishedDevice } from './finished-device.ts'

/** A way into the device, or up to root. `login` is every way in; `ssh` every one over the network. */
export type Way = 'login' | 'ssh' | 'key' | 'password' | 'console' | 'root'

/** A line of a file of the device, or the file as a whole. */
export interface FileLine {
  readonly file: string
  /** From 1; undefined: the file as a whole, its mode or owner. */
  readonly line: number | undefined
}

/** What a reader saw that decides who gets in. */
export interface Finding {
  /**
   * `shut`: whoever needs this way does not get through. `open`: somebody gets through of whom, or in a way of which, the
   * spec says nothing. `unproved`: what decides is a thing that pibake cannot judge.
   */
  readonly answer: 'shut' | 'open' | 'unproved'
  readonly way: Way
  /** The account concerned; undefined: every account. */
  readonly user: string | undefined
  readonly code: Code
  readonly at: FileLine | undefined
  /** A clause without a full stop: what stands there, and what it does. */
  readonly because: string
  /** What would settle it: a line to take out, a thing to look at; a clause without a full stop. */
  readonly settle: string | undefined
}

/** One subject of what decides, read from the finished device alone; each row of docs/access.md names its reader. */
export type Reader = (device: FinishedDevice) => readonly Finding[]

/** `/etc/fstab:3`, `/etc/nologin` */
export function fileLineText({ file, line }: FileLine): string {
  return line === undefined ? file : `${file}:${line}`
}

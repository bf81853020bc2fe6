import { type Disk, realDisk } from '../../src/base/disk/disk.ts'

/** What the machine does at the Nth system call. */
export interface Fault {
  /** Which call, from 1. */
  readonly at: number
  /** `once`: that call fails; `ever`: every call from then on fails, as if the process were dead. */
  readonly lasts: 'once' | 'ever'
  /** The error it fails with. */
  readonly code: string
  /** Which calls count, and fail: all, or those that change the disk. */
  readonly among: 'all' | 'changes'
}

const READING: readonly (keyof Disk)[] = [
  'fstatSync',
  'lstatSync',
  'openSync',
  'readFileSync',
  'readdirSync',
  'readlinkSync',
  'readSync',
  'realpathSync',
]

/** A disk that counts its calls and fails one of them. A call that fails does nothing. */
export function faultyDisk(fault: Fault | undefined): { disk: Disk; calls: () => number; fired: () => boolean } {
  let calls = 0
  let fired = false
  const disk = new Proxy(realDisk, {
    get(real, name: keyof Disk) {
      const call = real[name] as (...args: unknown[]) => unknown
      // The kernel closes what a dead process had open.
      if (name === 'closeSync' || (fault?.among === 'changes' && READING.includes(name))) return call
      return (...args: unknown[]) => {
        calls += 1
        const hit = fault !== undefined && (fault.lasts === 'ever' ? calls >= fault.at : calls === fault.at)
        if (!hit) return call(...args)
        fired = true
        throw Object.assign(new Error(`${fault.code}: injected into ${name}`), { code: fault.code })
      }
    },
  })
  return { disk, calls: () => calls, fired: () => fired }
}

/** A disk that says this process is another one, long dead when the next comes. */
export function deadProcess(disk: Disk): Disk {
  return new Proxy(disk, {
    get(real, name: keyof Disk) {
      const call = real[name] as (...args: unknown[]) => unknown
      return (...args: unknown[]) => {
        const result = call(...args)
        if (name !== 'readFileSync' || args[0] !== '/proc/self/stat') return result
        return `${2 ** 22 + 1} (gone) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 0`
      }
    },
  })
}

import type { Release } from '../../device/inspect/inventory.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/** One value that a file of the device gives to one setting. */
export interface Assignment {
  /** Name of the setting, as its program tells settings apart. */
  readonly key: string
  readonly value: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** Where the kernel's words are. */
export const CMDLINE = { file: '/boot/firmware/cmdline.txt', line: 1 } as const

/** The partitions with the plan laid over them. */
export interface Device {
  readonly root: Tree
  /** Undefined: the boot partition is not at hand. */
  readonly boot: Tree | undefined
  readonly release: Release
}

/** How one program reads its settings from several files. */
export interface Mechanism {
  /** Whether pibake writes a file for it. */
  isOurs(path: string): boolean
  /** All assignments, in such an order that of those of one key the last counts. */
  read(device: Device): readonly Assignment[]
}

/** The lines of a file, without those that its program passes over; none when the file is not there. */
export function linesOf(root: Tree, file: string): readonly { readonly text: string; readonly line: number }[] {
  const bytes = root.lstat(root.resolve(file))?.kind === 'file' ? root.read(file) : undefined
  return new TextDecoder()
    .decode(bytes ?? new Uint8Array())
    .split('\n')
    .map((text, index) => ({ text: text.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '' && !/^[#;]/.test(text))
}

/** Assignments of an INI file; the key is `Section.Option`. */
export function iniAssignments(root: Tree, file: string): readonly Assignment[] {
  let section = ''
  return linesOf(root, file).flatMap(({ text, line }) => {
    const heading = /^\[(.+)\]$/.exec(text)
    if (heading !== null) section = heading[1] as string
    const [, option, value = ''] = /^([^=\s]+)\s*=\s*(.*)$/.exec(text) ?? []
    return option === undefined ? [] : [{ key: `${section}.${option}`, value, file, line }]
  })
}

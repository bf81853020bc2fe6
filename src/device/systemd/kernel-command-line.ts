import type { Tree } from '../../storage/tree/tree.ts'
import { unitNameParts } from './unit-name.ts'

/** A word of the kernel command line: `systemd.unit=rescue.target`. */
export interface Argument {
  /** `systemd.unit`; systemd takes `-` and `_` for the same in its own. */
  readonly name: string
  /** Undefined: there is no `=`. */
  readonly value: string | undefined
  readonly text: string
}

/** What the firmware gives the kernel: the first line of cmdline.txt. */
export function kernelArguments(boot: Tree | undefined, file = '/cmdline.txt'): readonly Argument[] {
  const text = new TextDecoder().decode(boot?.read(file) ?? new Uint8Array())
  return (
    (text.split('\n', 1)[0] as string)
      .match(/(?:"[^"]*"|[^\s"])+/g)
      ?.map((word) => word.replaceAll('"', ''))
      .map((word) => {
        const at = word.indexOf('=')
        const name = at < 0 ? word : word.slice(0, at)
        return { name: name.replaceAll('-', '_'), value: at < 0 ? undefined : word.slice(at + 1), text: word }
      }) ?? []
  )
}

/** The values of an argument, in order. */
export function argumentValues(args: readonly Argument[], name: string): readonly string[] {
  return args.flatMap((arg) => (arg.name === name && arg.value !== undefined ? [arg.value] : []))
}

/** Words that systemd itself takes for a target (unit-file.c, runlevel_to_target()). */
const RUNLEVELS: Readonly<Record<string, string>> = {
  emergency: 'emergency.target',
  _b: 'emergency.target',
  rescue: 'rescue.target',
  single: 'rescue.target',
  _s: 'rescue.target',
  s: 'rescue.target',
  S: 'rescue.target',
  '1': 'rescue.target',
  '2': 'multi-user.target',
  '3': 'multi-user.target',
  '4': 'multi-user.target',
  '5': 'graphical.target',
}

/** The argument that names what is started in place of default.target; undefined: none does. */
export function startArgument(
  args: readonly Argument[],
): { readonly unit: string; readonly argument: Argument } | undefined {
  return args
    .flatMap((argument) => {
      const unit =
        argument.name === 'systemd.unit' && unitNameParts(argument.value ?? '') !== undefined
          ? argument.value
          : argument.value === undefined
            ? RUNLEVELS[argument.name]
            : undefined
      return unit ? [{ unit, argument }] : []
    })
    .at(-1)
}

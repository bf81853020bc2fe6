import type { Tree } from '../../storage/tree/tree.ts'
import { type ConfLine, confLines } from './conf.ts'
import { isInList, type Link } from './device-list.ts'
import { interfaceStatements } from './ifupdown.ts'
import type { Statement } from './statement.ts'
import { udevStatements } from './udev.ts'

/**
 * What is said about a link, the last counts: udev's rules, the `[device]` sections, and over both of them /etc/network/
 * interfaces and `unmanaged-devices` (NetworkManager.conf(5), managed; nm-device.c, _get_managed_by_flags()).
 */
export function managedStatements(root: Tree, link: Link): readonly Statement[] {
  const files = confLines(root)
  const lines = files.flat()
  return [
    ...udevStatements(root, link),
    ...files.flatMap((file) => bySections(file, link)),
    ...(asksIfupdown(lines) ? interfaceStatements(root, link.name) : []),
    ...byList(lines, link),
  ]
}

/** Of the sections of one file the first that names the link counts; a later file goes before an earlier one. */
function bySections(file: readonly ConfLine[], link: Link): readonly Statement[] {
  const names = [...new Set(file.map(({ section }) => section))].filter((name) => /^device([-.:]|$)/.test(name))
  return names.reverse().flatMap((name) => {
    const last = (key: string) => file.filter((line) => line.section === name && line.key === key).at(-1)
    const managed = last('managed')
    const devices = last('match-device')
    if (managed === undefined || (devices !== undefined && !isInList(devices.value, link))) return []
    return [{ isManaged: !/^(0|no|off|false)$/i.test(managed.value), file: managed.file, line: managed.line }]
  })
}

function byList(lines: readonly ConfLine[], link: Link): readonly Statement[] {
  let list: readonly string[] = []
  let last: ConfLine | undefined
  for (const line of lines) {
    const [, operator] = /^unmanaged-devices([+-]?)$/.exec(line.key) ?? []
    if (line.section !== 'keyfile' || operator === undefined) continue
    const words = line.value.split(/[,;]/).map((word) => word.trim())
    if (operator === '') list = words
    else list = operator === '+' ? [...list, ...words] : list.filter((word) => !words.includes(word))
    last = line
  }
  return last !== undefined && isInList(list.join(','), link)
    ? [{ isManaged: false, file: last.file, line: last.line }]
    : []
}

/** Debian's plugin leaves alone what /etc/network/interfaces names, unless `managed` says else. */
function asksIfupdown(lines: readonly ConfLine[]): boolean {
  const value = (section: string, key: string) =>
    lines.filter((line) => line.section === section && line.key === key).at(-1)?.value
  const isOn =
    value('main', 'plugins')
      ?.split(/[,;]\s*/)
      .includes('ifupdown') ?? false
  return isOn && !/^(1|yes|on|true)$/i.test(value('ifupdown', 'managed') ?? '')
}

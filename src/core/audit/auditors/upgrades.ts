import { apt } from '../../undone/apt.ts'
import type { Auditor } from '../finding.ts'

/** apt.conf: lower case, as {@link apt} names its settings. */
const NEEDED = [
  ['apt::periodic::unattended-upgrade', undefined],
  ['apt::periodic::enable', '1'],
  ['apt-daily.timer', 'on'],
  ['apt-daily-upgrade.timer', 'on'],
] as const

/** Whether security upgrades are made every day. */
export const upgrades: Auditor = ({ device }) => {
  const { root, boot, release, packages, requests } = device
  const name = 'unattended-upgrades'
  const isThere = packages.has(name) || requests.some((one) => one.name === name && one.action === 'install')
  const subject = name
  if (!isThere) return [{ rule: 'no-upgrades', subject, at: undefined, because: `${name} is not installed` }]
  const assigned = apt.read({ root, boot, release })
  return NEEDED.flatMap(([key, unset]) => {
    const last = assigned.findLast((one) => one.key === key)
    const value = last?.value ?? unset
    const isOn = value !== undefined && !/^(0|no|false|off|masked|cleared)$/i.test(value)
    if (isOn) return []
    const at = last === undefined ? undefined : { file: last.file, line: last.line }
    return [{ rule: 'no-upgrades' as const, subject: key, at, because: `${key} is ${value ?? 'not set'}` }]
  })
}

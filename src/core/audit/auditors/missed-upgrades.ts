import { missedUpgrades } from '../../../device/apt/security-lists.ts'
import { textAt } from '../../../device/sshd/files.ts'
import type { Auditor } from '../finding.ts'

/** What pibake has asked the first start of an image for, as firstboot/steps/70-upgrade.sh reads it. */
const ASKED = '/etc/pibake/first-boot/upgrade'

/** So many are named; a device of last year has hundreds. */
const NAMED = 5

/** Security upgrades that the image's own lists offer, where its first start does not make them. */
export const missedSecurityUpgrades: Auditor = ({ device: { root, packages } }) => {
  if (['security', 'full'].includes((textAt(root, ASKED) ?? '').trim())) return []
  const missed = missedUpgrades(root, packages)
  const [first] = missed
  if (first === undefined) return []
  const names = missed.slice(0, NAMED).map(({ name, installed, offered }) => `${name} ${installed} (${offered})`)
  const others = missed.length > NAMED ? [`${missed.length - NAMED} more`] : []
  const at = { file: first.file, line: undefined }
  return [{ rule: 'missed-upgrade', subject: 'packages', at, because: [...names, ...others].join(', ') }]
}

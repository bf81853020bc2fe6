import { TargetError } from '../../base/errors.ts'
import type { Target } from '../../storage/tree/tree.ts'
import { readAccounts } from '../formats/accounts.ts'
import { assertAccounts } from './account-check.ts'
import { behaviourOf, builderOf, readIssue, variantOf } from './behaviour.ts'
import { assertBootPartition, assertFirmwareLayout } from './boot-partition.ts'
import { bootedSigns, isWorkedOn } from './booted.ts'
import type { Inventory } from './inventory.ts'
import { type InstalledPackage, readPackages } from './packages.ts'
import { systemOf } from './release.ts'

/** What is taken beside a fresh Raspberry Pi OS. */
interface InspectOptions {
  /** An image that has been started before. */
  readonly allowBooted: boolean
  /** To be looked at alone: another system on the same Debian, and account files that cannot be edited. */
  readonly isLookedAt?: boolean
}

/**
 * Reads what the image is, once, from its content. Nothing is written.
 *
 * @throws TargetError when it is not a fresh Raspberry Pi OS of a release that pibake knows
 */
export function inspect({ root, boot }: Target, options: InspectOptions): Inventory {
  const packages = readPackages(root)
  const { isLookedAt = false } = options
  const { release, other } = systemOf(root, packages, { allowOthers: isLookedAt })
  if (other === undefined) {
    if (boot !== undefined) assertBootPartition(boot)
    assertFirmwareLayout(root)
  }
  if (!isLookedAt) assertAccounts(root)
  const signs = bootedSigns(root)
  if (signs.length > 0 && !options.allowBooted) {
    throw new TargetError(`${root.label} has been started before: ${signs.join(', ')}`, {
      hint: 'use a fresh image, or --allow-booted to harden this system as it is',
    })
  }
  const issue = readIssue(root)
  const accounts = readAccounts(root)
  return {
    root,
    boot,
    other,
    release,
    behaviour: behaviourOf(root, release, issue.date, packages),
    variant: variantOf(issue.stage, packages),
    architecture: architectureOf(root.label, packages),
    builder: builderOf(root, issue),
    date: issue.date,
    packages: new Map([...packages].map(([name, { version }]) => [name, version])),
    accounts,
    stockUser: stockUserOf(accounts.passwd, isWorkedOn(root)),
    bootedSigns: signs,
  }
}

/** The architecture that Raspberry Pi's own package was built for, else that of dpkg. */
function architectureOf(label: string, packages: ReadonlyMap<string, InstalledPackage>): Inventory['architecture'] {
  const found = (packages.get('raspberrypi-sys-mods') ?? packages.get('dpkg'))?.architecture
  if (found === 'arm64' || found === 'armhf') return found
  throw new TargetError(`${label} is built for ${found ?? 'an unknown architecture'}, not for arm64 or armhf`)
}

/** `pi`, else whoever has uid 1000; in an image that pibake has worked on, that is an owner and no stock user. */
function stockUserOf(passwd: Inventory['accounts']['passwd'], worked: boolean): string | undefined {
  if (passwd.some(({ name }) => name === 'pi')) return 'pi'
  return worked ? undefined : passwd.find(({ uid }) => uid === 1000)?.name
}

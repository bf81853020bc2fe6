import type { Tree } from '../../storage/tree/tree.ts'
import type { Behaviour, Inventory, Release } from './inventory.ts'
import type { InstalledPackage } from './packages.ts'

/** What /etc/rpi-issue says; pi-gen writes it, rpi-image-gen need not. */
export interface Issue {
  /** `YYYY-MM-DD` */
  readonly date: string | undefined
  /** pi-gen's last stage: `stage2` Lite, `stage4` Desktop, `stage5` Full. */
  readonly stage: string | undefined
  readonly text: string
}

export function readIssue(root: Tree): Issue {
  const text = new TextDecoder().decode(root.read('/etc/rpi-issue') ?? new Uint8Array())
  return {
    text,
    date: /\b(\d{4}-\d{2}-\d{2})\b/.exec(text)?.[1],
    stage: /, *(stage\d)\s*$/.exec(text)?.[1],
  }
}

/**
 * The behaviour class, from the image's date; an image without a date is told by what Raspberry Pi changed between the
 * classes. Nothing that pibake itself edits is looked at, so that a hardened image is of the same class as before.
 */
export function behaviourOf(
  root: Tree,
  release: Release,
  date: string | undefined,
  packages: ReadonlyMap<string, InstalledPackage>,
): Behaviour {
  if (release === 'bookworm') return date !== undefined && date < '2025-05' ? 'bookworm-2023' : 'bookworm-2025'
  if (date !== undefined) {
    if (date >= '2026-04') return 'trixie-2026'
    return date >= '2025-11' ? 'trixie-2025-11' : 'trixie-2025-10'
  }
  if (root.lstat('/etc/sudoers.d/010_pi-nopasswd') === undefined) return 'trixie-2026'
  return packages.has('rpi-cloud-init-mods') ? 'trixie-2025-11' : 'trixie-2025-10'
}

const DESKTOP_PACKAGES = ['raspberrypi-ui-mods', 'lightdm', 'rpd-wayland-core', 'rpd-x-core']

export function variantOf(
  stage: string | undefined,
  packages: ReadonlyMap<string, InstalledPackage>,
): Inventory['variant'] {
  if (stage === 'stage2') return 'lite'
  if (stage === 'stage4') return 'desktop'
  if (stage === 'stage5') return 'full'
  return DESKTOP_PACKAGES.some((name) => packages.has(name)) ? 'desktop' : 'lite'
}

/** rpi-image-gen mounts its slots by name; an image with Raspberry Pi's packages and no issue is not pi-gen's either. */
export function builderOf(root: Tree, issue: Issue): Inventory['builder'] {
  const fstab = new TextDecoder().decode(root.read('/etc/fstab') ?? new Uint8Array())
  const gen = issue.text === '' || issue.text.includes('rpi-image-gen') || fstab.includes('/dev/disk/by-slot/')
  return gen ? 'rpi-image-gen' : 'pi-gen'
}

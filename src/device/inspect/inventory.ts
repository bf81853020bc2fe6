import type { Tree } from '../../storage/tree/tree.ts'
import type { Accounts } from '../formats/accounts.ts'

/** What the image is. Read from its content, never from a file name; see `docs/images.md`. */
export interface Inventory {
  readonly root: Tree
  readonly boot: Tree | undefined
  /** What the system calls itself, where it is not Raspberry Pi OS: it can be audited, and nothing else. */
  readonly other: string | undefined
  readonly release: Release
  readonly behaviour: Behaviour
  readonly variant: 'lite' | 'desktop' | 'full'
  readonly architecture: 'arm64' | 'armhf'
  /** Who built it: Raspberry Pi's pi-gen (or what derives from it), or rpi-image-gen. */
  readonly builder: 'pi-gen' | 'rpi-image-gen'
  /** `YYYY-MM-DD` of the image, from /etc/rpi-issue; undefined where it has none. */
  readonly date: string | undefined
  /** Installed packages and their versions, from the dpkg status. */
  readonly packages: ReadonlyMap<string, string>
  readonly accounts: Accounts
  /** The account that the image was built with (uid 1000), if it is there: `pi` in stock images. */
  readonly stockUser: string | undefined
  /** What shows that the image has been started before; empty for a fresh one. */
  readonly bootedSigns: readonly string[]
}

export type Release = 'bookworm' | 'trixie'

/**
 * The five ways in which official images of one release differ at the first start (facts: pi-gen tags).
 * `bookworm-2023`: 2023-10 … 2024-11; `bookworm-2025`: 2025-05 and later; `trixie-2025-10`; `trixie-2025-11`: cloud-init
 * seeded; `trixie-2026`: from 2026-04, sudo asks for a password and the stock user has no login shell.
 */
export type Behaviour = 'bookworm-2023' | 'bookworm-2025' | 'trixie-2025-10' | 'trixie-2025-11' | 'trixie-2026'

import type { Behaviour, Release } from '../device/inspect/inventory.ts'

/** What tells one behaviour class of official images from another; one row a class, see `docs/images.md`. */
export interface BehaviourFacts {
  readonly release: Release
  /** Date of the image that the sample imitates. */
  readonly date: string
  /** What pi-gen appends to cmdline.txt for the first start. */
  readonly trigger: string
  readonly machineId: string
  readonly cloudInit: 'absent' | 'installed' | 'seeded'
  readonly passwordlessSudo: boolean
  /** Login shell of the stock user. */
  readonly shell: string
  readonly volatileJournal: boolean
  readonly modemManager: boolean
  readonly connect: boolean
}

const bookworm = {
  release: 'bookworm',
  trigger: 'quiet init=/usr/lib/raspberrypi-sys-mods/firstboot',
  machineId: '',
  cloudInit: 'absent',
  passwordlessSudo: true,
  shell: '/bin/bash',
  modemManager: true,
  connect: false,
} as const

const trixie = {
  release: 'trixie',
  trigger: 'resize',
  machineId: 'uninitialized\n',
  passwordlessSudo: true,
  shell: '/bin/bash',
  volatileJournal: true,
  modemManager: true,
} as const

export const behaviours: Readonly<Record<Behaviour, BehaviourFacts>> = {
  'bookworm-2023': { ...bookworm, date: '2024-11-19', volatileJournal: false },
  'bookworm-2025': { ...bookworm, date: '2025-05-13', volatileJournal: true },
  'trixie-2025-10': { ...trixie, date: '2025-10-01', cloudInit: 'installed', connect: false },
  'trixie-2025-11': { ...trixie, date: '2025-12-04', cloudInit: 'seeded', connect: true },
  'trixie-2026': {
    ...trixie,
    date: '2026-06-18',
    cloudInit: 'seeded',
    connect: true,
    passwordlessSudo: false,
    shell: '/usr/sbin/nologin',
    modemManager: false,
  },
}

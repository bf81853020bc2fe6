import type { Behaviour } from '../../src/device/inspect/inventory.ts'
import { behaviours } from '../../src/sample/behaviours.ts'
import type { SampleOptions } from '../../src/sample/options.ts'

/** All five behaviour classes, Lite and Desktop, and one image each of 32 bit and of rpi-image-gen. */
export function everySample(): readonly { readonly title: string; readonly options: SampleOptions }[] {
  const official = (Object.keys(behaviours) as Behaviour[]).flatMap((behaviour) =>
    (['lite', 'desktop'] as const).map((variant): SampleOptions => ({ behaviour, variant, architecture: 'arm64' })),
  )
  const others: SampleOptions[] = [
    { behaviour: 'bookworm-2025', variant: 'lite', architecture: 'armhf' },
    { behaviour: 'trixie-2026', variant: 'lite', architecture: 'armhf' },
    { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64', builder: 'rpi-image-gen' },
  ]
  return [...official, ...others].map((options) => ({
    title: [options.behaviour, options.variant, options.architecture, options.builder].filter(Boolean).join(' '),
    options,
  }))
}

/** One image of each behaviour class, for what takes long or depends on nothing else. */
export const samples: readonly SampleOptions[] = [
  { behaviour: 'bookworm-2023', variant: 'lite', architecture: 'armhf' },
  { behaviour: 'bookworm-2025', variant: 'desktop', architecture: 'arm64' },
  { behaviour: 'trixie-2025-10', variant: 'lite', architecture: 'arm64' },
  { behaviour: 'trixie-2025-11', variant: 'desktop', architecture: 'armhf' },
  { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' },
]

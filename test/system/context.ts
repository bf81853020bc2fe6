import type { Context, Contribution } from '../../src/controls/control.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import type { Inventory } from '../../src/inspect/inventory.ts'
import type { SampleOptions } from '../../src/sample/options.ts'
import { samplePiOs } from '../../src/sample/sample.ts'
import { profiles } from '../../src/spec/profiles.ts'
import { keyOf } from '../../src/spec/report.ts'
import type { Spec } from '../../src/spec/spec.ts'
import { memoryTree } from '../support/memory.ts'

/** A spec with everything off that the controls of this folder read; a test switches on what it is about. */
export const quietSpec: Spec = {
  version: 1,
  profile: 'standard',
  device: { hostname: undefined, timezone: undefined, locale: undefined, keyboard: undefined },
  users: [],
  defaultUser: 'keep',
  removeHome: false,
  ssh: {
    enabled: true,
    port: 22,
    passwordAuthentication: false,
    allowUsers: ['alice'],
    denyUsers: [],
    hostKeys: 'device',
    settings: {},
  },
  firewall: { enabled: false, incoming: 'deny', outgoing: 'allow', routed: 'deny', logging: 'low', rules: [] },
  fail2ban: { enabled: false, ignoreip: [], jails: {} },
  updates: { firstBoot: 'none', unattended: false, sshServerDaily: false, reboot: undefined },
  packages: { bundle: false, keep: false, snapshot: undefined, install: [], debs: [], remove: [] },
  services: { disable: [], mask: [] },
  hardware: { wifi: 'on', bluetooth: 'on', usbStorage: 'allow' },
  hardening: {
    appArmor: false,
    sysctl: {},
    blockedModules: [],
    coreDumps: true,
    journal: { storage: 'image', maxUse: '64M' },
    serialConsole: 'on',
    autologin: 'keep',
  },
  network: { wifi: undefined },
  files: [],
  firstBoot: { scripts: [] },
}

export function inventoryOf(parts: Partial<Inventory> = {}): Inventory {
  return {
    root: memoryTree({}),
    boot: undefined,
    release: 'trixie',
    behaviour: 'trixie-2026',
    variant: 'lite',
    architecture: 'arm64',
    builder: 'pi-gen',
    date: '2026-06-18',
    packages: new Map(),
    accounts: { passwd: [], group: [], shadow: [] },
    stockUser: undefined,
    bootedSigns: [],
    ...parts,
  }
}

export function contextOf(spec: Partial<Spec>, inventory: Partial<Inventory> = {}): Context {
  return {
    spec: { ...quietSpec, ...spec },
    inventory: inventoryOf(inventory),
    epoch: 1_780_000_000,
    because: (path, reason) => ({
      path,
      key: keyOf(path),
      position: { file: 'spec.yaml', line: 1, column: 1 },
      because: reason,
    }),
  }
}

/** A context on a sample image, with the defaults of a profile. */
export function sampleContext(options: SampleOptions, profile: Spec['profile'], spec: Partial<Spec> = {}): Context {
  const { ssh, firewall, ...defaults } = profiles[profile]
  return contextOf(
    {
      profile,
      ...defaults,
      ssh: { ...quietSpec.ssh, ...ssh },
      firewall: { ...quietSpec.firewall, ...firewall },
      ...spec,
    },
    inspect(samplePiOs(options), { allowBooted: false }),
  )
}

export const samples: readonly SampleOptions[] = [
  { behaviour: 'bookworm-2023', variant: 'lite', architecture: 'armhf' },
  { behaviour: 'bookworm-2025', variant: 'desktop', architecture: 'arm64' },
  { behaviour: 'trixie-2025-10', variant: 'lite', architecture: 'arm64' },
  { behaviour: 'trixie-2025-11', variant: 'desktop', architecture: 'armhf' },
  { behaviour: 'trixie-2026', variant: 'lite', architecture: 'arm64' },
]

/** The text of the file that a contribution writes at `path`. */
export function written(part: Contribution, path: string): string {
  const file = part.operations?.find((operation) => operation.path === path)
  if (file?.kind !== 'file') throw new Error(`${path} is ${file?.kind ?? 'not written'}`)
  return new TextDecoder().decode(file.content)
}

/** `CODE spec.path` of each problem. */
export function codesOf(part: Contribution): string[] {
  return (part.problems ?? []).map((problem) => `${problem.code} ${problem.path.join('.')}`)
}

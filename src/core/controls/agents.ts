import type { Origin } from '../../base/report/origin.ts'
import { type FileOperation, file, type Operation } from '../plan/operation.ts'
import type { TokenRequest, UnitRequest } from '../plan/request.ts'
import { fatSeeds } from './agents-fat.ts'
import type { Context, Contribution, Control } from './control.ts'
import { noRenaming, USERCONF } from './no-renaming.ts'
import { absent, rootFile } from './root-file.ts'

/**
 * The image's own first-boot agents (userconf-pi, Imager's firstrun.sh, custom.toml, cloud-init, rpi-preseed): each is
 * switched off, for each can rename the owner, open sudo, or wait at a dialog that nobody answers. What grows the file
 * system and gives the disk its id (`init=…/firstboot`, ` resize`) stays.
 */
export const agents: Control = { name: 'agents', compile }

/** What userconf-pi's `cancel-rename` takes away on a running system, and what the Desktop's wizard consists of. */
const LEFTOVERS = [
  '/etc/ssh/sshd_config.d/rename_user.conf',
  '/var/lib/userconf-pi/autologin',
  '/etc/xdg/autostart/piwiz.desktop',
  '/etc/xdg/autostart/deluser.desktop',
  '/etc/sudoers.d/010_wiz-nopasswd',
]

function compile(context: Context): Contribution {
  const wizard = context.because(
    [],
    'the accounts are set up: no dialog asks for a user, no banner warns of its absence',
  )
  const seeds = fatSeeds(context)
  return {
    operations: [
      ...LEFTOVERS.map((path) => absent(path, wizard)),
      ...cloudInit(context),
      ...machineId(context),
      file(USERCONF, noRenaming(), {
        mode: 0o755,
        origin: context.because(
          [],
          'a later run of Raspberry Pi Imager cannot rename the owner, whom sshd would then refuse',
        ),
      }),
      ...seeds.operations,
    ],
    units: [...maskedAgents(context, wizard), ...console(context)],
    cmdline: cmdline(context),
    notes: seeds.notes,
  }
}

/** Those that are in the image: an image of rpi-image-gen has none of them. */
function maskedAgents({ inventory }: Context, origin: Origin): UnitRequest[] {
  return inventory.root
    .list('/usr/lib/systemd/system')
    .filter((name) => name === 'userconfig.service' || /^rpi-preseed.*\.service$/.test(name))
    .map((unit) => ({ unit, state: 'masked', origin }))
}

/** The log-in that the set-up dialog had replaced, unless the owner wants none. */
function console({ spec, inventory, because }: Context): UnitRequest[] {
  const unwanted = [...spec.services.disable, ...spec.services.mask].some((unit) => /^getty@(tty1)?(\.|$)/.test(unit))
  if (unwanted || inventory.root.lstat('/usr/lib/systemd/system/getty@.service') === undefined) return []
  const origin = because([], 'the console asks for a log-in again; the set-up dialog had taken its place')
  return [{ unit: 'getty@tty1.service', state: 'enabled', origin }]
}

/** Imager's tokens: run its script instead of starting the system, or point cloud-init to its seeds. */
function cmdline({ because }: Context): TokenRequest[] {
  const script = because([], 'no script of another tool runs at the first start')
  const seed = because([], 'cloud-init is off')
  return [
    { remove: /systemd\.run(_\w+)?=.*/, origin: script },
    { remove: 'systemd.unit=kernel-command-line.target', origin: script },
    { remove: /ds=nocloud.*/, origin: seed },
    { remove: 'cloud-init=enabled', origin: seed },
  ]
}

/** The marker that each of cloud-init's units looks for (ds-identify, ConditionPathExists). */
function cloudInit({ inventory, because }: Context): Operation[] {
  const there = inventory.packages.has('cloud-init') || inventory.root.lstat('/etc/cloud') !== undefined
  if (!there) return []
  return [rootFile('/etc/cloud/cloud-init.disabled', {}, because([], 'cloud-init would undo accounts, sudo and names'))]
}

/**
 * A fresh image gets an id of its own at the first start. On Trixie only the word `uninitialized` makes that a "first boot",
 * which makes the host keys and grows the file system; Bookworm's images have an empty file (machine-id(5)).
 */
function machineId({ inventory, because }: Context): FileOperation[] {
  if (inventory.bootedSigns.length > 0) return []
  const path = '/etc/machine-id'
  const entry = inventory.root.lstat(path)
  return [
    file(path, new TextEncoder().encode(inventory.release === 'trixie' ? 'uninitialized\n' : ''), {
      mode: entry?.kind === 'file' ? entry.mode : 0o444,
      origin: because([], 'each device makes an id of its own at its first start'),
    }),
  ]
}

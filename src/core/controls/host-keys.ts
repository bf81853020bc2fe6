import type { Origin } from '../../base/report/origin.ts'
import { HOST_KEY_NAMES, HOST_KEYS_BY_TYPE, type HostKeyName, type HostKeys } from '../../device/formats/host-key.ts'
import { BAKED_KEYS, hostKeyFile } from '../../device/inspect/host-keys.ts'
import { unitNames } from '../../device/systemd/unit-files.ts'
import type { Operation } from '../plan/operation.ts'
import type { Note, UnitRequest } from '../plan/request.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context, Contribution } from './control.ts'
import { absent, rootDirectory, rootFile, secretFile, staleOnly } from './root-file.ts'

/** Deletes the host keys and makes new ones (raspberrypi-sys-mods); its own last act is to disable itself. */
const REGENERATE = 'regenerate_ssh_host_keys.service'

/** Makes host keys before sshd: in Bookworm, in Trixie's openssh-server, in images of rpi-image-gen. */
const MAKERS = [REGENERATE, 'sshd-keygen.service', 'ssh-hostkeys-generate.service'] as const

/** Whether the device's host keys are made before its first start. */
export function bakesHostKeys({ ssh }: Spec): boolean {
  return ssh.enabled && ssh.hostKeys === 'bake'
}

/** The keys that the device is to have, each by the name of its file. */
export function hostKeyNames({ ssh }: Spec): readonly HostKeyName[] {
  return ssh.hostKeyTypes.map((type) => HOST_KEYS_BY_TYPE[type].name)
}

/** Those of the keys that the device is to have. */
export function wantedHostKeys(spec: Spec, keys: HostKeys): HostKeys {
  const names = hostKeyNames(spec)
  return Object.fromEntries(Object.entries(keys).filter(([name]) => names.includes(name as HostKeyName)))
}

/**
 * Host keys that were made beforehand. They cannot lie in /etc/ssh: Bookworm's `init=` script deletes what is there
 * before any unit runs. So they lie beside what else the first start must do, and its step `host-keys` moves them in
 * place before sshd starts.
 *
 * @param keys the keys; one that is missing is yet to be made, and its file has no content then
 */
export function compileHostKeys(context: Context, keys: HostKeys): Contribution {
  const { spec, inventory } = context
  const because = (reason: string) => context.because(['ssh', 'hostKeys'], reason)
  const conditions = conditionsOfMakers(context, because('sshd waits for no RSA key to be made'))
  if (!bakesHostKeys(spec)) {
    return { operations: [absent(BAKED_KEYS, because('no host keys are made beforehand')), ...conditions] }
  }

  const origin = because('moved to /etc/ssh by the first start, before sshd')
  const names = hostKeyNames(spec)
  const files = names.map((name) =>
    secretFile(hostKeyFile(BAKED_KEYS, name), keys[name]?.privateKey.reveal() ?? '', origin),
  )
  const unwanted = HOST_KEY_NAMES.filter((name) => !names.includes(name)).map((name) => hostKeyFile(BAKED_KEYS, name))
  const isInImage = inventory.root.lstat(`/usr/lib/systemd/system/${REGENERATE}`) !== undefined
  const off: UnitRequest = { unit: REGENERATE, state: 'disabled', origin: because('it would delete the host keys') }
  return {
    operations: [
      rootDirectory(BAKED_KEYS, origin, 0o700),
      ...files,
      ...staleOnly(inventory.root, unwanted, origin),
      ...conditions,
    ],
    units: isInImage ? [off] : [],
    notes: notesOn(
      names.some((name) => keys[name] === undefined),
      (severity, message) => ({ severity, message, origin }),
    ),
  }
}

/**
 * The image's own units that make host keys, of all types, before sshd: they remain in case the first start's program does
 * not get so far, and else leave the RSA key, which takes long, to its later step.
 */
function conditionsOfMakers({ spec, inventory }: Context, origin: Origin): Operation[] {
  const present = new Set(unitNames(inventory.root))
  return MAKERS.flatMap((unit): Operation[] => {
    const path = `/etc/systemd/system/${unit}.d/pibake-host-keys.conf`
    if (spec.ssh.enabled && present.has(unit)) {
      return [rootFile(path, {}, origin, { template: '/etc/systemd/system/KEYGEN.d/pibake-host-keys.conf' })]
    }
    return inventory.root.lstat(path) ? [absent(path, origin)] : []
  })
}

function notesOn(isMissing: boolean, note: (severity: Note['severity'], message: string) => Note): Note[] {
  return [
    note(
      'warning',
      'the private host keys are in what is written: who has a copy can pose as the device, and two cards with it are one',
    ),
    ...(isMissing ? [note('info', 'apply makes the host keys')] : []),
  ]
}

import { HOST_KEY_NAMES, type HostKeys } from '../formats/host-key.ts'
import { BAKED_KEYS, hostKeyFile } from '../inspect/host-keys.ts'
import type { Spec } from '../spec/spec.ts'
import type { Context, Contribution, Note, UnitRequest } from './control.ts'
import { absent, rootDirectory, secretFile } from './root-file.ts'

/** Deletes the host keys and makes new ones (raspberrypi-sys-mods); its own last act is to disable itself. */
const REGENERATE = 'regenerate_ssh_host_keys.service'

/** Whether the device's host keys are made before its first start. */
export function bakesHostKeys({ ssh }: Spec): boolean {
  return ssh.enabled && ssh.hostKeys === 'bake'
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
  if (!bakesHostKeys(spec)) return { operations: [absent(BAKED_KEYS, because('no host keys are made beforehand'))] }

  const origin = because('moved to /etc/ssh by the first start, before sshd')
  const files = HOST_KEY_NAMES.map((name) =>
    secretFile(hostKeyFile(BAKED_KEYS, name), keys[name]?.privateKey.reveal() ?? '', origin),
  )
  const isInImage = inventory.root.lstat(`/usr/lib/systemd/system/${REGENERATE}`) !== undefined
  const off: UnitRequest = { unit: REGENERATE, state: 'disabled', origin: because('it would delete the host keys') }
  return {
    operations: [rootDirectory(BAKED_KEYS, origin, 0o700), ...files],
    units: isInImage ? [off] : [],
    notes: notesOn(keys, (severity, message) => ({ severity, message, origin })),
  }
}

function notesOn(keys: HostKeys, note: (severity: Note['severity'], message: string) => Note): Note[] {
  const missing = HOST_KEY_NAMES.some((name) => keys[name] === undefined)
  return [
    note(
      'warning',
      'the private host keys are in what is written: who has a copy can pose as the device, and two cards with it are one',
    ),
    ...(missing ? [note('info', 'apply makes the host keys; with them the digest of the plan is another one')] : []),
  ]
}

import { refusal } from '../../base/encode/encode.ts'
import { sudoers as encoder } from '../../device/sudo/encode.ts'
import { sudoFor } from '../../device/sudo/evaluate.ts'
import { readSudoers } from '../../device/sudo/read.ts'
import { directory, type Operation } from '../plan/operation.ts'
import { OverlayTree } from '../plan/overlay.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile } from './root-file.ts'
import { isAsWanted, proof, RULES, type Subject, subjects } from './sudo-proof.ts'

/** Who becomes root: rules read after all others of the image, which stay as their packages brought them. */
export const sudo: Control = { name: 'sudo', compile }

const reasons = {
  password: 'becomes root with the own password',
  nopasswd: 'the spec asks for root without a password',
  none: 'does not become root',
} as const

function compile(context: Context): Contribution {
  const { inventory } = context
  const origin = context.because(['users'], 'sudo asks for a password whatever the image says')
  const people = subjects(context)
  const owners = people.filter(({ wanted }) => wanted !== undefined)

  // Who of the image's own accounts would still become root unasked: without the file of an earlier run, so that the
  // answer is the same every time.
  const without = new OverlayTree(inventory.root, rules(context, owners, []))
  const read = readSudoers(without, people[0]?.caller.hostname ?? '')
  const free = people.filter(({ wanted, caller }) => wanted === undefined && !isAsWanted(wanted, sudoFor(read, caller)))
  const named = free.filter(({ caller }) => refusal(encoder, caller.user) === undefined)
  const operations = rules(context, owners, named)
  return {
    operations,
    packages: inventory.packages.has('sudo') ? [] : [{ name: 'sudo', action: 'install', origin }],
    ...proof(new OverlayTree(inventory.root, operations), context),
  }
}

function rules(context: Context, owners: readonly Subject[], free: readonly Subject[]): readonly Operation[] {
  const origin = context.because(['users'], 'sudo asks for a password whatever the image says')
  const lines = owners.map(({ caller, wanted, index }) => ({
    wanted,
    name: new Traced(caller.user, context.because(['users', index ?? 0, 'sudo'], reasons[wanted ?? 'none'])),
  }))
  const others = free.map(({ caller }) => ({
    wanted: 'password',
    name: new Traced(caller.user, context.because(['users'], 'a rule of the image lets this account in unasked')),
  }))
  const data = {
    terminal: context.because(['users'], 'a password opens sudo for one terminal, not for all of the user'),
    lines: [...others, ...lines],
  }
  return [directory(RULES.slice(0, RULES.lastIndexOf('/')), { origin }), rootFile(RULES, data, origin, { mode: 0o440 })]
}

import type { Planted } from '../support/planted.ts'
import { firewall } from './firewall.ts'
import { harmless } from './harmless.ts'
import { home } from './home.ts'
import { others } from './others.ts'
import { pam } from './pam.ts'
import { sshd } from './sshd.ts'
import { start } from './start.ts'
import { sudo } from './sudo.ts'
import { unitStates } from './unit.ts'
import { users } from './users.ts'

/** The corpus: every kind of state that decides a login, and some that decide nothing. */
export const states: readonly Planted[] = [
  ...sshd,
  ...unitStates,
  ...start,
  ...firewall,
  ...users,
  ...pam,
  ...home,
  ...sudo,
  ...others,
  ...harmless,
]

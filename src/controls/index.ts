import { accounts } from './accounts.ts'
import type { Control } from './control.ts'
import { fail2ban } from './fail2ban.ts'
import { ssh } from './ssh.ts'

/** Every subject, in the order in which their operations are collected; none depends on another's. */
export const controls: readonly Control[] = [accounts, fail2ban, ssh]

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import type { Firewall } from '../../../src/device/ufw/policy.ts'
import { runIn } from './chroot.ts'

export interface Job {
  /** Commands that have to succeed before anything is judged. */
  readonly settings: readonly string[]
  readonly commands: readonly string[]
  readonly files?: Readonly<Partial<Record<UfwFile, string>>>
}

export type UfwFile = 'user.rules' | 'user6.rules' | 'ufw.conf' | 'defaults'

export interface Judged {
  readonly files: Readonly<Record<UfwFile, string>>
  /** Index of the command and what ufw said against it. */
  readonly refused: readonly (readonly [number, string])[]
}

/**
 * Gives each job's commands to the real ufw of a root, in namespaces of their own; the root is not written to.
 *
 * @throws Error when iptables-restore or ip6tables-restore refuses a file that ufw left
 */
export function realUfw(root: string, jobs: readonly Job[]): Judged[] {
  const driver = readFileSync(join(packageRoot, 'test/system/support/ufw-driver.py'), 'utf8')
  const out = runIn(root, ['python3', '-c', driver], { input: JSON.stringify(jobs), timeout: 1800 })
  const { judged, restore }: { judged: Judged[]; restore: string } = JSON.parse(out)
  if (restore !== '') throw new Error(`iptables-restore refuses: ${restore}`)
  return judged
}

/** The commands that set policies and logging, in the order in which `firewall` means them. */
export function settingCommands(firewall: Firewall): string[] {
  return [
    `default ${firewall.incoming} incoming`,
    `default ${firewall.outgoing} outgoing`,
    `default ${firewall.routed} routed`,
    `logging ${firewall.logging}`,
  ]
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../../test/system/support/run.ts'
import { staged, stepsOn, type Work } from '../work.ts'

/** Seconds that its virtual machine may take to start. */
const START = 120

/** guestfish as it is set up, and without KVM: some machines have a /dev/kvm that does not work. */
const WAYS = [['guestfish'], ['env', 'LIBGUESTFS_BACKEND_SETTINGS=force_tcg', 'guestfish']]

/**
 * The command that makes the changes with guestfish.
 *
 * @returns undefined where it is not installed, or its virtual machine does not start in time
 */
export function guestfishCommand(work: Work, image: string): readonly string[] | undefined {
  const way = WAYS.find(starts)
  if (way === undefined) return undefined
  const root = stepsOn(work, 'root').filter(({ operation }) => operation.kind === 'remove')
  const boot = stepsOn(work, 'boot').map(({ operation }) =>
    operation.kind === 'file' ? `upload "${staged(work, operation)}" "${operation.path}"` : `rm "${operation.path}"`,
  )
  const script = join(work.folder, 'guestfish.txt')
  const commands = [
    'run',
    'mount /dev/sda2 /',
    ...root.map(({ operation }) => `rm "${operation.path}"`),
    `tar-in "${join(work.folder, 'root.tar')}" /`,
    'umount /',
    'mount /dev/sda1 /',
    ...boot,
    'umount /',
    '',
  ]
  writeFileSync(script, commands.join('\n'))
  return [...way, '--format=raw', '--add', image, '--file', script]
}

function starts(way: readonly string[]): boolean {
  const { status } = attempt(['timeout', String(START), ...way, '--add', '/dev/null', 'run'], { timeout: START + 60 })
  return status === 0
}

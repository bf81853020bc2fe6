import { spawnSync } from 'node:child_process'
import { TargetError } from '../../base/errors.ts'
import { programEnvironment, programPath } from '../../base/process/find-program.ts'

/**
 * Unmounts file systems, the deepest first; what they have not written yet is written by that.
 *
 * @param points where they are mounted
 * @throws TargetError with what umount(8) says
 */
export function unmount(points: readonly string[]): void {
  for (const point of [...points].sort((a, b) => b.length - a.length)) {
    const { error, status, stderr } = spawnSync(programPath('umount'), ['--', point], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...programEnvironment(), LC_ALL: 'C' },
    })
    if (error !== undefined)
      throw new TargetError(`${point} cannot be unmounted: umount cannot be run`, { cause: error })
    if (status !== 0) {
      throw new TargetError(`${point} cannot be unmounted: ${stderr.trim()}`, { hint: 'close what is open on it' })
    }
  }
}

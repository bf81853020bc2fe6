import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../src/base/host/assets.ts'
import { patient } from '../runner/patience.ts'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The compiled CLI, as node runs it: bundled by the runner; for coverage file by file, as the report names them. */
export const program = join(
  packageRoot,
  process.env.NODE_V8_COVERAGE === undefined ? 'build/test/bundle/cli/main.js' : 'build/src/cli/main.js',
)

/** Runs the compiled CLI as a process of its own. */
export function pibake(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; uid?: number } = {},
): Ran {
  const result = spawnSync(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    input: options.input ?? '',
    encoding: 'utf8',
    timeout: patient(60) * 1000,
    maxBuffer: 64 << 20,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  if (result.error !== undefined) throw result.error
  return { code: result.status, stdout: result.stdout, stderr: result.stderr }
}

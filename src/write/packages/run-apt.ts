import { execFile } from 'node:child_process'
import type { ProgramName } from '../../base/process/programs.ts'
import { withoutLogin } from '../../device/apt/without-login.ts'
import { noProgram } from './errors.ts'

export interface AptOutput {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/** The last one comes with apt, and is in no folder of PATH. */
type AptProgram = Extract<ProgramName, `apt-${string}`> | '/usr/lib/apt/apt-helper'

/** Of the environment, what leads to the network; nothing else of it reaches apt. */
const PASSED = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'NO_PROXY', 'TMPDIR']

/**
 * Runs a program of apt's.
 *
 * @param root where its `apt.conf` lies, and all that this names
 * @throws PackageError when this machine has no such program
 */
export function runApt(
  { place }: { readonly place: string },
  env: NodeJS.ProcessEnv,
  command: readonly [AptProgram, ...string[]],
): Promise<AptOutput> {
  const [program, ...args] = command
  const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  const options = {
    env: { ...passed, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', APT_CONFIG: `${place}/apt.conf` },
    maxBuffer: 256 << 20,
    cwd: place,
  }
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error !== null && 'code' in error && error.code === 'ENOENT') reject(noProgram(program))
      else resolve({ ok: error === null, stdout, stderr })
    })
  })
}

/** Why apt failed, in its own words: its errors without the mark, the first few of them. */
export function aptErrors({ stderr }: AptOutput): string {
  const lines = stderr.split('\n').flatMap((line) => /^(?:E|W|Err): ?(.*)$/.exec(line)?.[1] ?? [])
  return withoutLogin([...new Set(lines)].slice(0, 4).join('; '))
}

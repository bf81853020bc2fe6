import { errno } from '../base/disk/disk.ts'
import { EXIT } from './exit.ts'

/**
 * Answers for what goes wrong with the process's own output. A reader that has gone (`pibake plan … | head`) is no
 * failure: what is left to print is dropped, and the command goes on to its own exit code, for one that writes must not
 * be cut off by its pager. Any other error, a full disk say, ends with 1.
 */
export function handleOutputErrors(): void {
  for (const [name, stream] of Object.entries({ stdout: process.stdout, stderr: process.stderr })) {
    stream.on('error', (error) => {
      if (errno(error) === 'EPIPE') return
      if (process.exitCode === EXIT.failed) return
      process.exitCode = EXIT.failed
      if (name !== 'stderr') process.stderr.write(`pibake: cannot write to ${name}: ${error.message}\n`)
    })
  }
}

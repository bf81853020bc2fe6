import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readJournal } from './journal.ts'
import type { FileRun } from './outcome.ts'

const worker = fileURLToPath(new URL('./worker.js', import.meta.url))

/**
 * Mounts of its own: otherwise the container of one file keeps a copy of what another one has mounted, which then is still in
 * use when that one has unmounted it (mount_namespaces(7)). Only root mounts.
 */
const alone = process.geteuid?.() === 0 ? ['unshare', '--mount', '--propagation', 'private'] : []

export interface Running {
  readonly file: string
  readonly done: Promise<FileRun & { readonly output: string }>
  /** Ends it, and all that it started in its process group. @param limit the reason */
  kill(limit: string): void
}

/**
 * Runs one test file in a process of its own, which does not outlive this one.
 *
 * @param tests the folder of the compiled tests
 * @param place an own folder, not there yet: its temporary folder, its journal and what it prints
 * @param seconds the file's limit
 */
export function runFile(tests: string, file: string, place: string, seconds: number): Running {
  const temporary = join(place, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const [journal, printed] = [join(place, 'journal'), join(place, 'output')]
  const output = openSync(printed, 'w')
  const begun = performance.now()
  // A group of its own, so that it can be killed with all that it waits for; setpriv: killed with this process, whatever ends it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...alone, process.execPath, worker, join(tests, file)], {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, TMPDIR: temporary, PIBAKE_TEST_JOURNAL: journal },
  })
  closeSync(output)
  let limit: string | undefined
  const endGroup = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      // Nobody of the group is left.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const kill = (reason: string) => {
    limit ??= reason
    endGroup()
  }
  const timer = setTimeout(() => kill(`longer than ${Math.round(seconds)} s`), seconds * 1000)
  const done = new Promise<FileRun & { output: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status, signal) => {
      clearTimeout(timer)
      // What a test started and forgot.
      endGroup()
      resolve({
        file,
        journal: readJournal(journal),
        ended: status ?? signal ?? 1,
        seconds: (performance.now() - begun) / 1000,
        limit,
        output: readFileSync(printed, 'utf8'),
      })
    })
  })
  return { file, done, kill }
}

import { spawn } from 'node:child_process'

export interface Said {
  /** What it printed, both streams. */
  readonly text: string
  /** null: killed, as it took too long. */
  readonly status: number | null
}

/**
 * Runs a command and answers what it asks.
 *
 * @param answers each is typed once, when what was printed matches
 * @param seconds until it is killed
 */
export function talk(
  command: readonly string[],
  seconds: number,
  { answers = [], env = {} }: { answers?: readonly (readonly [RegExp, string])[]; env?: NodeJS.ProcessEnv } = {},
): Promise<Said> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, LC_ALL: 'C.UTF-8', ...env } })
    const waiting = [...answers]
    let text = ''
    const hear = (data: Buffer) => {
      text += data.toString()
      const at = waiting.findIndex(([asked]) => asked.test(text))
      if (at >= 0) child.stdin.write(`${waiting.splice(at, 1)[0]?.[1]}\n`)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    // Whoever has ended does not listen any more.
    child.stdin.on('error', () => undefined)
    if (answers.length === 0) child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
    child.on('error', reject)
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve({ text, status })
    })
  })
}

/** Where a single-file executable begins: a script, in which nothing can be awaited at the top. */
import { runProgram } from '../../src/cli/run-program.ts'

/** Node's own exit code for a program whose end never came. */
const UNSETTLED = 13

let isDone = false
process.once('exit', (code) => {
  if (!isDone && code === 0) process.exitCode = UNSETTLED
})
void runProgram(process.argv).then(() => {
  isDone = true
})

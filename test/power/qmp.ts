import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** QEMU's machine protocol: writes the guest's whole state to a file. */
export async function saveState(socket: string, file: string): Promise<void> {
  const connection = createConnection(socket)
  const answers = createInterface({ input: connection })[Symbol.asyncIterator]()
  const ask = async (execute: string, args = {}) => {
    connection.write(`${JSON.stringify({ execute, arguments: args })}\n`)
    for (;;) {
      const { value, done } = await answers.next()
      if (done) throw new Error(`QEMU ended at ${execute}`)
      const answer = JSON.parse(value)
      if ('error' in answer) throw new Error(`QEMU: ${execute}: ${answer.error.desc}`)
      if ('return' in answer) return answer.return
    }
  }
  await ask('qmp_capabilities')
  await ask('migrate', { uri: `exec:cat >${file}` })
  for (;;) {
    const { status } = await ask('query-migrate')
    if (status === 'completed') break
    if (status === 'failed') throw new Error('QEMU could not save the guest')
    await sleep(100)
  }
  connection.destroy()
}

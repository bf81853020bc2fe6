import type { Finding, Reader } from '../finding.ts'
import { loginDaemonIn } from '../login-daemons.ts'
import { startedCommands } from '../started-commands.ts'

/** Programs beside the package's sshd that let people in. */
export const otherDaemons: Reader = (device) =>
  startedCommands(device).flatMap(({ words, at, by }): readonly Finding[] => {
    const daemon = loginDaemonIn(words)
    if (daemon === undefined) return []
    const { answer, does } = daemon
    const because = `${by} starts a program that ${does}`
    const settle = 'take it out, or do not let it start'
    return [{ answer, way: 'ssh', user: undefined, code: answer === 'open' ? 'ACC034' : 'ACC051', at, because, settle }]
  })

import type { Finding, Reader } from '../finding.ts'
import { type StartedCommand, startedCommands } from '../started-commands.ts'

/** Commands that the device runs at its start and that end it, or take the way to it away. */
export const shutdowns: Reader = (device) => startedCommands(device).flatMap(judge)

/** systemctl(1), shutdown(8), telinit(8): what leaves no device to log in to. */
const ENDS = /^(poweroff|halt|reboot|kexec|soft-reboot|suspend|hibernate|hybrid-sleep|rescue|emergency|exit)$/
const PROGRAMS = /^(poweroff|halt|reboot|shutdown)$/
const CARRIERS =
  /^(sshd?|NetworkManager|dbus|systemd-logind|systemd-user-sessions|systemd-networkd|wpa_supplicant)(\.service)?$/
const SHELLS = /^(ba|da|z|k)?sh$/

function judge({ words, at, by }: StartedCommand): readonly Finding[] {
  const [program = '', ...args] = words.map((word) => word.slice(word.lastIndexOf('/') + 1))
  // A line for a shell, which may never come to it.
  const isScript = SHELLS.test(program) || (args.length === 0 && /\s/.test(words[0] ?? ''))
  const each = isScript ? words.flatMap((word) => word.split(/[\s;&|()`"'{}]+/)) : words
  const names = each.map((word) => word.slice(word.lastIndexOf('/') + 1))
  const what = isScript ? names.map((_, i) => taken(names.slice(i))).find((found) => found !== undefined) : taken(names)
  if (what === undefined) return []
  const because = `${by} ${what.does}`
  const settle = 'take it out, or accept the code if you know when it does so'
  return isScript
    ? [
        {
          answer: 'unproved',
          way: what.way,
          user: undefined,
          code: 'ACC051',
          at,
          because: `it may be that ${because}`,
          settle,
        },
      ]
    : [{ answer: 'shut', way: what.way, user: undefined, code: 'ACC016', at, because, settle: undefined }]
}

interface Taken {
  readonly way: 'login' | 'ssh'
  readonly does: string
}

/** What a command takes away, by its words from the program's name on. */
function taken([program = '', ...args]: readonly string[]): Taken | undefined {
  const words = args.filter((word) => !word.startsWith('-'))
  const ends: Taken = { way: 'login', does: 'turns the device off, or starts it anew' }
  if (PROGRAMS.test(program)) return args.includes('-c') ? undefined : ends
  if (/^(tel)?init$/.test(program)) return /^[016sS]$/.test(words[0] ?? '') ? ends : undefined
  if (program !== 'systemctl') return undefined
  const [verb = '', ...units] = words
  if (ENDS.test(verb) || (verb === 'isolate' && !/^(multi-user|graphical|default)\./.test(units[0] ?? ''))) return ends
  const carrier = units.find((unit) => CARRIERS.test(unit))
  return /^(stop|kill|mask|disable|freeze)$/.test(verb) && carrier !== undefined
    ? { way: 'ssh', does: `stops ${carrier}` }
    : undefined
}

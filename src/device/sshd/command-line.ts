/** What sshd's own command line says (sshd(8)). */
export interface SshdCommandLine {
  /** -f */
  readonly file: string
  /** -p: in place of all Port lines. */
  readonly ports: readonly number[]
  /** Lines that count before those of the file: -o, -4, -6, -h, -g, -u. */
  readonly lines: readonly string[]
  /** -D, -d: it stays in the foreground. */
  readonly foreground: boolean
  /** -i: one connection on its standard input. */
  readonly inetd: boolean
  /** -t, -T, -G, -V or a usage error: it says something and ends; -d: it ends after one connection. */
  readonly ends: string | undefined
}

const FLAGS = new Set('46DGQRTVdeiqrt')
const WITH_VALUE = new Set('CEbcfghkopu')
const ENDS = new Set('tTGV')

/** @param args what follows the program's name */
export function parseSshdArguments(args: readonly string[]): SshdCommandLine {
  let file = '/etc/ssh/sshd_config'
  let ends: string | undefined
  const ports: number[] = []
  const lines: string[] = []
  const seen = new Set<string>()
  const left = [...args]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (!/^-./.test(word)) {
      ends ??= `sshd takes no word '${word}'`
      break
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i)
      if (FLAGS.has(letter)) {
        seen.add(letter)
        if (ENDS.has(letter)) ends ??= `sshd -${letter} ends at once`
        if (letter === '4' || letter === '6') lines.push(`AddressFamily ${letter === '4' ? 'inet' : 'inet6'}`)
        continue
      }
      const value = word.slice(i + 1) || left.shift()
      if (!WITH_VALUE.has(letter) || value === undefined) {
        ends ??= `sshd does not know -${letter}${value === undefined ? ' without a value' : ''}`
      } else if (letter === 'f') file = value
      else if (letter === 'p') ports.push(Number(value))
      else if (letter === 'o') lines.push(value.replace('=', ' '))
      else if (letter === 'h') lines.push(`HostKey ${value}`)
      else if (letter === 'g') lines.push(`LoginGraceTime ${value}`)
      break
    }
  }
  return {
    file,
    ports,
    lines,
    foreground: seen.has('D') || seen.has('d'),
    inetd: seen.has('i'),
    ends: ends ?? (seen.has('d') ? 'sshd -d ends after one connection' : undefined),
  }
}

import { assertVisible, EncodeError, type Encoder } from '../../base/encode/encode.ts'
import { shellWords } from '../../base/encode/shell-words.ts'

/**
 * A command line for Exec…=, word by word (systemd.service(5), "Command lines"): what a shell's quotes hold together stays one
 * word, and `%`, `$` and `\` mean themselves. A word alone, such as a name, is a command line as well.
 */
export const commandLine: Encoder = (value) => {
  assertVisible(value)
  const words = shellWords(value)
  if (words === undefined) throw new EncodeError('holds a quote that is not closed')
  if (words.length === 0) throw new EncodeError('is empty')
  // A prefix (`-`, `+`, `!` …) would change who runs it, or what its failure means.
  if (!/^[A-Za-z0-9_/]/.test(words[0] as string)) throw new EncodeError('begins with a mark that systemd acts on')
  return words.map(encoded).join(' ')
}

function encoded(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  if (/^[A-Za-z0-9_@+=:,./%$-]+$/.test(escaped)) return escaped
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

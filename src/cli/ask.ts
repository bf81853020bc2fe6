import { createInterface } from 'node:readline/promises'
import { StringDecoder } from 'node:string_decoder'

/** Asks on the terminal; the answer may be empty. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(question)).trim()
  } finally {
    terminal.close()
  }
}

/** Asks on the terminal without showing what is typed; undefined after Ctrl-C or Ctrl-D. */
export function askSecret(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process
  // Before the question: what is typed at once must not show either.
  stdin.setRawMode(true)
  stderr.write(question)
  stdin.resume()
  const decoder = new StringDecoder('utf8')
  let typed: string[] = []
  return new Promise((resolve) => {
    const end = (answer: string | undefined) => {
      stdin.off('data', read)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      resolve(answer)
    }
    const read = (chunk: Buffer) => {
      for (const character of decoder.write(chunk)) {
        if (character === '\r' || character === '\n') return end(typed.join(''))
        if (character === '\u0003' || character === '\u0004') return end(undefined)
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1)
        else if (character === '\u0015') typed = []
        else typed.push(character)
      }
    }
    stdin.on('data', read)
  })
}

/** The first line of standard input, without its line end; undefined when there is none. */
export async function firstLine(): Promise<string | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer)
    if ((chunk as Buffer).includes(10)) break
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : (text.split(/\r?\n/)[0] as string)
}

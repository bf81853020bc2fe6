import { assetText } from '../assets.ts'
import { visible } from '../encode/visible.ts'
import { codes } from '../spec/codes.ts'
import { suggest } from '../spec/suggest.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { type Io, printJson } from './io.ts'

/** Prints the page of a code, which may be typed in small letters. */
export function explainCode(io: Io, typed: string): ExitCode {
  const code = typed.toUpperCase()
  if (!Object.hasOwn(codes, code)) {
    const near = suggest(code, Object.keys(codes))
    const hint = near === undefined ? 'for a line of a file: pibake explain SPEC TARGET PATH' : `did you mean ${near}?`
    const message = `${visible(typed)} is not the code of an error or warning`
    io.stderr.write(`pibake: ${message}\n  hint: ${hint}\n`)
    if (io.json) printJson(io, { schema: 'pibake.failure/1', exit: EXIT.usage, message, hint })
    return EXIT.usage
  }
  const page = assetText(`docs/errors/${code}.md`)
  if (io.json) printJson(io, { schema: 'pibake.code/1', code, meaning: codes[code], page })
  else io.stdout.write(page)
  return EXIT.ok
}

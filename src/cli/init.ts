import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Command, Option } from 'commander'
import { shellWord } from '../base/encode/shell-word.ts'
import { parseSpec } from '../core/check/parse.ts'
import { starterSpec } from '../core/spec-file/starter.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, say } from './io.ts'
import { nextLines } from './next.ts'
import { ownStarter } from './own-starter.ts'
import { printMessages, printProblems } from './print.ts'

/** `pibake init [FILE]`: a commented spec to start from. */
export function addInit(program: Command, run: Run): void {
  common(program.command('init').usage('[FILE] [options]'), ['input'])
    .summary('write a commented spec to start from')
    .description('Writes a commented spec, with your public key from ~/.ssh if there is one. Asks on a terminal only.')
    .argument('[file]', 'the file to write', 'pibake.yaml')
    .addOption(new Option('--yes', 'as --no-input').hideHelp())
    .addHelpText(
      'after',
      examples(
        ['pibake init', 'pibake.yaml, after a few questions'],
        ['pibake init kit.yaml --no-input', 'without any'],
      ),
    )
    .action(run((io, file: string, options: { yes?: boolean }) => init(io, file, options.yes ?? false)))
}

async function init(io: Io, file: string, yes: boolean): Promise<ExitCode> {
  if (existsSync(file)) {
    io.stderr.write(`pibake: ${file} is there already\n`)
    return EXIT.usage
  }
  const asks = io.interactive && !yes
  const answers = asks
    ? await (await import('./init-questions.ts')).askAll(io, ownStarter())
    : { starter: ownStarter() }
  if (answers === undefined) return EXIT.interrupted
  const { starter, psk } = answers
  const secret =
    starter.wifi?.pskFile === undefined || psk === undefined
      ? undefined
      : { file: join(dirname(file), starter.wifi.pskFile), psk }
  if (secret !== undefined && existsSync(secret.file)) {
    io.stderr.write(`pibake: ${secret.file} is there already\n`)
    return EXIT.usage
  }
  const text = starterSpec(starter)
  const reason = 'init names no files'
  const host = {
    read: () => (psk === undefined ? { failure: reason } : { bytes: Buffer.from(`${psk}\n`), readByAll: false }),
    verify: () => reason,
    unpack: () => reason,
    ask: () => ({ failure: reason }),
  }
  const spec = parseSpec(Buffer.from(text), file, host, today(io.env))
  const invalid = spec.problems.filter(({ severity, lockout }) => severity === 'error' && lockout !== true)
  if (invalid.length > 0) {
    printProblems(io, invalid, spec.locate)
    return EXIT.usage
  }
  // `wx`: never over a file that came in between; 0600: they hold a hash and a password.
  if (secret !== undefined) writeFileSync(secret.file, `${secret.psk}\n`, { flag: 'wx', mode: 0o600 })
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
  say(
    io,
    secret === undefined
      ? `${file} is written.`
      : `${file} is written, and ${secret.file} with the password of the Wi-Fi.`,
  )
  printProblems(io, spec.problems, spec.locate)
  printMessages(io, nextLines(io, [['next', `pibake check ${shellWord(file)}`]]))
  return EXIT.ok
}

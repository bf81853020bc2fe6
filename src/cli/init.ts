import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { parseSpec } from '../core/check/parse.ts'
import { type Starter, starterSpec } from '../core/spec-file/starter.ts'
import { hashOf, passwordFault, passwordWeakness } from '../device/formats/plain-password.ts'
import { ask, askSecret } from './ask.ts'
import { today } from './clock.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, say } from './io.ts'
import { ownStarter, readKey } from './own-starter.ts'
import { printProblems } from './print.ts'

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
  const found = ownStarter()
  const starter = io.interactive && !yes ? await askAll(io, found) : found
  if (starter === undefined) return EXIT.usage
  const text = starterSpec(starter)
  const reason = 'init names no files'
  const host = {
    read: () => ({ failure: reason }),
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
  // `wx`: never over a file that came in between; 0600: it holds a hash.
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
  say(io, `${file} is written. Next: pibake check ${file}`)
  printProblems(io, spec.problems, spec.locate)
  return EXIT.ok
}

async function askAll(io: Io, found: Starter): Promise<Starter | undefined> {
  const name = (await ask(`Your login name [${found.name}]: `)) || found.name
  const hostname = (await ask(`Name of the device [${found.hostname}]: `)) || found.hostname
  const keyFile = await ask(`File of your public key${found.publicKey === undefined ? '' : ' [the one in ~/.ssh]'}: `)
  const publicKey = keyFile === '' ? found.publicKey : readKey(keyFile)
  if (keyFile !== '' && publicKey === undefined) {
    io.stderr.write(`pibake: ${keyFile} holds no public key\n`)
    return undefined
  }
  const password = await askSecret('Password for sudo (empty: later): ')
  if (password === undefined) return undefined
  const fault = password === '' ? undefined : (passwordFault(password) ?? passwordWeakness(password, name))
  if (fault !== undefined) {
    io.stderr.write(`pibake: ${fault}\n`)
    return undefined
  }
  const again = password === '' ? '' : await askSecret('Once more: ')
  if (again !== password) {
    io.stderr.write('pibake: the two passwords differ\n')
    return undefined
  }
  return { name, hostname, publicKey, passwordHash: password === '' ? undefined : hashOf(password, randomBytes(12)) }
}

import { randomBytes } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import { hashOf, passwordFault, passwordWeakness, ROUNDS } from '../device/formats/plain-password.ts'
import { askSecret, firstLine } from './ask.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { type Io, printJson } from './io.ts'
import { nextLines } from './next.ts'
import { printMessages } from './print.ts'

/** `pibake hash-password`: a password in, a crypt(3) hash out. */
export function addHashPassword(program: Command, run: Run): void {
  common(program.command('hash-password').usage('[options]'), ['input'])
    .summary('turn a password into a hash for the spec')
    .description(
      'Asks for a password twice, without showing it, or reads one line from standard input; prints its crypt(3) hash.',
    )
    .addHelpText(
      'after',
      examples(['pibake hash-password', 'asks twice'], ['pass show kit | pibake hash-password', 'takes one line']),
    )
    .option('--rounds <n>', 'rounds of SHA512-crypt; more makes guessing and logging in slower', rounds, ROUNDS)
    .option('--user <name>', 'whose password it is: it must not be the name')
    .option('--force', 'take a password that is short, or one of the commonest')
    .action(run((io, options: HashOptions) => hashPassword(io, options)))
}

interface HashOptions {
  readonly rounds: number
  readonly user?: string
  readonly force?: boolean
}

async function hashPassword(io: Io, { rounds: count, user, force = false }: HashOptions): Promise<ExitCode> {
  const typed = io.interactive ? await askTwice(io) : await firstLine()
  if (typeof typed === 'number') return typed
  const fault = passwordFault(typed ?? '')
  if (fault !== undefined) {
    io.stderr.write(`pibake: ${fault}\n`)
    return EXIT.usage
  }
  const weakness = force ? undefined : passwordWeakness(typed as string, user)
  if (weakness !== undefined) {
    io.stderr.write(`pibake: ${weakness}\n  hint: take another one, or --force\n`)
    return EXIT.usage
  }
  const hash = hashOf(typed as string, randomBytes(12), count)
  if (io.json) printJson(io, { schema: 'pibake.hash-password/1', hash })
  else io.stdout.write(`${hash}\n`)
  if (io.interactive && !io.json)
    printMessages(
      io,
      nextLines(io, [['next', 'write it into the spec, between quotes, as passwordHash of its account']]),
    )
  return EXIT.ok
}

async function askTwice(io: Io): Promise<string | ExitCode> {
  const first = await askSecret('Password: ')
  if (first === undefined) return EXIT.interrupted
  const second = await askSecret('Once more: ')
  if (second === undefined) return EXIT.interrupted
  if (first === second) return first
  io.stderr.write('pibake: the two passwords differ\n')
  return EXIT.usage
}

function rounds(text: string): number {
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= 5000) return number
  throw new InvalidArgumentError('a whole number from 5000 to 999999999')
}

import { spawnSync } from 'node:child_process'
import { programEnvironment, programPath } from '../base/process/find-program.ts'

/** What is hashed for longer is not tried: crypt(5) lets a hash take minutes. In milliseconds. */
const LONGEST = 5000

/** Reads a hash and then words, a line each, and prints what crypt(3) makes of each word with its setting. */
const SCRIPT = '$| = 1; chomp($h = <STDIN>); while (<STDIN>) { chomp; print crypt($_, $h) // "", "\\n" }'

/**
 * Which of some words a password hash of any kind is of. Node has none of them but SHA-512's pieces; perl, without which no
 * Debian is, calls the crypt(3) of the C library.
 *
 * @returns undefined: of none, or there is no such program, or it takes too long
 */
export function wordBehind(hash: string, words: readonly string[]): string | undefined {
  const { stdout } = spawnSync(programPath('perl'), ['-e', SCRIPT], {
    input: [hash, ...words, ''].join('\n'),
    stdio: ['pipe', 'pipe', 'ignore'],
    encoding: 'utf8',
    env: programEnvironment(),
    timeout: LONGEST,
  })
  const made = (stdout ?? '').split('\n')
  return words.find((_, index) => made[index] === hash)
}

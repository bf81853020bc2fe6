import type { Setting } from './settings.ts'
import { expandName } from './unit-name.ts'
import { splitWords, type Word } from './words.ts'

/** One command of Exec…=, with the variables and the unit's name put in. */
export interface Command {
  /** As written, without the prefix characters. */
  readonly program: string
  readonly args: readonly string[]
  /** `-`: that it fails counts for nothing. */
  readonly mayFail: boolean
  readonly at: Setting
}

/** A command that could not be read, and why. */
export interface Unread {
  readonly reason: string
  readonly at: Setting
}

/**
 * The commands of one Exec…= line (systemd.service(5), "Command lines").
 *
 * @param name the unit's, for its specifiers
 */
export function commandsOf(
  setting: Setting,
  name: string,
  variables: ReadonlyMap<string, string>,
): readonly (Command | Unread)[] {
  const words = splitWords(setting.value)
  if (words === undefined) return [{ reason: 'a quote in it is not closed', at: setting }]
  return separated(words).map((command) => read(command, setting, name, variables))
}

/** A lone `;` begins another command. */
function separated(words: readonly Word[]): readonly (readonly Word[])[] {
  const commands: Word[][] = [[]]
  for (const word of words) {
    if (word.text === ';' && !word.quoted) commands.push([])
    else commands.at(-1)?.push(word)
  }
  return commands.filter(({ length }) => length > 0)
}

function read(
  words: readonly Word[],
  at: Setting,
  name: string,
  variables: ReadonlyMap<string, string>,
): Command | Unread {
  const [, prefix = '', program = ''] = /^([-@:+!|]*)(.*)$/s.exec(words[0]?.text ?? '') ?? []
  const given = words.slice(prefix.includes('@') ? 2 : 1)
  const args = given.flatMap((word) => (prefix.includes(':') ? [word.text] : expanded(word, variables)))
  const named = args.map((arg) => expandName(arg, name))
  const left = [program, ...named].find((text) => /(?<!%)%[A-Za-z]/.test(text))
  if (left !== undefined) return { reason: `what ${left} stands for depends on the device`, at }
  return { program: expandName(program, name), args: named, mayFail: prefix.includes('-'), at }
}

/** `$NAME` alone is split at spaces, `${NAME}` is not; `$$` is a `$`. */
function expanded({ text, quoted }: Word, variables: ReadonlyMap<string, string>): readonly string[] {
  const alone = quoted ? undefined : /^\$(\w+)$/.exec(text)?.[1]
  if (alone !== undefined) return (splitWords(variables.get(alone) ?? '') ?? []).map((word) => word.text)
  return [text.replace(/\$(?:\{(\w+)\}|(\$))/g, (_, variable, dollar) => dollar ?? variables.get(variable) ?? '')]
}

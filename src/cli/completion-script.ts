import type { Argument, Command, Option } from 'commander'

/** What a completion script knows of one command. */
interface Entry {
  readonly name: string
  readonly summary: string
  readonly flags: readonly Flag[]
  /** The words that its first argument may be; empty: files. */
  readonly words: readonly string[]
}

interface Flag {
  readonly long: string
  readonly description: string
  readonly value: 'none' | 'file' | readonly string[]
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The completion script of a shell, made from the command tree itself. */
export function completionScript(program: Command, shell: Shell): string {
  const entries = program.commands.map(entryOf)
  return { bash, zsh, fish }[shell](program.name(), entries)
}

function entryOf(command: Command): Entry {
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    flags: command.options.filter(({ long, hidden }) => long !== undefined && long !== null && !hidden).map(flagOf),
    words: (command.registeredArguments[0] as Argument | undefined)?.argChoices ?? [],
  }
}

function flagOf(option: Option): Flag {
  const takes = option.required || option.optional
  return {
    long: option.long as string,
    description: option.description,
    value: takes ? (option.argChoices ?? 'file') : 'none',
  }
}

function bash(name: string, entries: readonly Entry[]): string {
  const cases = entries.flatMap(({ name: command, flags, words }) => [
    ...flags.flatMap(({ long, value }) => {
      if (value === 'none') return []
      return [
        `    ${command}/${long}) COMPREPLY=($(compgen ${value === 'file' ? '-f' : `-W '${value.join(' ')}'`} -- "$current")); return ;;`,
      ]
    }),
    `    ${command}/*) [[ $current == -* ]] && COMPREPLY=($(compgen -W '${flags.map(({ long }) => long).join(' ')}' -- "$current")) || COMPREPLY=($(compgen ${words.length > 0 ? `-W '${words.join(' ')}'` : '-f'} -- "$current")) ;;`,
  ])
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${entries.map((entry) => entry.name).join(' ')} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}/$previous" in
${cases.join('\n')}
  esac
}
complete -o filenames -F _${name} ${name}
`
}

function zsh(name: string, entries: readonly Entry[]): string {
  const described = entries.map((entry) => `    ${quoted(`${entry.name}:${entry.summary.replaceAll(':', '\\:')}`)}`)
  const cases = entries.map(({ name: command, flags, words }) => {
    const specs = flags.map(({ long, description, value }) => {
      const action = value === 'none' ? '' : value === 'file' ? ':file:_files' : `:word:(${value.join(' ')})`
      return quoted(`${long}[${description.replace(/[[\]:\\]/g, '\\$&')}]${action}`)
    })
    const argument = quoted(words.length > 0 ? `1:word:(${words.join(' ')})` : '*:file:_files')
    return `    ${command}) _arguments ${[...specs, argument].join(' ')} ;;`
  })
  return `#compdef ${name}
_${name}() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _${name} ${name}
`
}

function fish(name: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ name: command, summary, flags, words }) => {
    const within = `complete -c ${name} -n '__fish_seen_subcommand_from ${command}'`
    return [
      `complete -c ${name} -f -n __fish_use_subcommand -a ${command} -d ${quoted(summary)}`,
      ...flags.map(({ long, description, value }) => {
        const takes = value === 'none' ? '' : value === 'file' ? ' -r -F' : ` -x -a '${value.join(' ')}'`
        return `${within} -l ${long.slice(2)}${takes} -d ${quoted(description)}`
      }),
      ...(words.length > 0 ? [`${within} -f -a '${words.join(' ')}'`] : []),
    ]
  })
  return `${lines.join('\n')}\n`
}

/** One word of a POSIX shell, of zsh and of fish alike: no text of the command tree holds a backslash before a quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

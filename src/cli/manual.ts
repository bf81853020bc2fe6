import type { Command } from 'commander'

/** A page of the manual, by the name of its file. */
export interface ManualPage {
  readonly file: string
  /** In the macros of man(7). */
  readonly text: string
}

/**
 * The pages of the manual, `pibake.1` and one for each command, made from the command tree itself.
 *
 * @param date of the pages, `YYYY-MM-DD`
 */
export function manualPages(program: Command, date: string): readonly ManualPage[] {
  const commands = program.commands.filter((command) => command.name() !== 'help')
  const about = { name: program.name(), version: program.version() ?? '', date }
  return [
    { file: `${about.name}.1`, text: page(about, program, about.name, commands) },
    ...commands.map((command) => {
      const name = `${about.name}-${command.name()}`
      return { file: `${name}.1`, text: page(about, command, name, []) }
    }),
  ]
}

interface About {
  readonly name: string
  readonly version: string
  readonly date: string
}

function page(about: About, command: Command, name: string, commands: readonly Command[]): string {
  const call = commands.length > 0 ? about.name : `${about.name} ${command.name()}`
  const usages = command
    .usage()
    .split('\n')
    .map((usage) => usage.trim())
  const others = commands.length > 0 ? commands.map((one) => `${name}-${one.name()}`) : [about.name]
  return [
    `.TH ${quoted(name.toUpperCase())} 1 ${quoted(about.date)} ${quoted(`${about.name} ${about.version}`)} ${quoted('User Commands')}`,
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(command.summary() || command.description().replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    ...usages.flatMap((usage, index) => [...(index > 0 ? ['.br'] : []), `.B ${escaped(call)}`, escaped(usage)]),
    '.SH DESCRIPTION',
    escaped(command.description()),
    ...list(
      'COMMANDS',
      commands.map((one) => [one.name(), `${one.summary()}; see ${name}-${one.name()}(1)`]),
    ),
    ...helpSections(command),
    '.SH SEE ALSO',
    others.map((other) => `.BR ${escaped(other)} (1)`).join(' ,\n'),
    '',
  ].join('\n')
}

/** Arguments and options in the groups of the help, and what is below them there: examples and exit codes. */
function helpSections(command: Command): readonly string[] {
  const help = command.createHelp()
  const options = help.visibleOptions(command)
  const groups = help.groupItems([...command.options], options, (option) => option.helpGroupHeading ?? 'Options:')
  return [
    ...list(
      'ARGUMENTS',
      help.visibleArguments(command).map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
    ),
    ...[...groups].flatMap(([title, group]) =>
      list(
        title.replace(/:$/, '').toUpperCase(),
        group.map((one) => [help.optionTerm(one), help.optionDescription(one)]),
      ),
    ),
    ...below(command),
  ]
}

function list(title: string, items: readonly (readonly [term: string, what: string])[]): readonly string[] {
  if (items.length === 0) return []
  return [`.SH ${quoted(title)}`, ...items.flatMap(([term, what]) => ['.TP', `.B ${escaped(term)}`, escaped(what)])]
}

/** Lines as they are; a title of a few words, `Examples:`, begins a section, and so does `Exit codes: …`. */
function below(command: Command): readonly string[] {
  const lines = helpText(command).slice(command.helpInformation().length).split('\n')
  return lines.flatMap((line) => {
    const [, title, rest = ''] = /^(Examples|Exit codes): ?(.*)$/.exec(line) ?? []
    if (title !== undefined) return [`.SH ${quoted(title.toUpperCase())}`, ...(rest === '' ? [] : [escaped(rest)])]
    if (line.startsWith('      ')) return [escaped(line.trim())]
    return line === '' ? [] : line.startsWith('  ') ? ['.TP', `.B ${escaped(line.trim())}`] : [escaped(line)]
  })
}

/** All that `--help` prints. */
function helpText(command: Command): string {
  let text = ''
  const output = command.configureOutput()
  command.configureOutput({ ...output, writeOut: (more) => (text += more) })
  command.outputHelp()
  command.configureOutput(output)
  return text
}

/** Text as troff(1) prints it, on one line that is no request. */
function escaped(text: string): string {
  const plain = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[^\x20-\x7e]/gu, unicode)
  return /^[.']/.test(plain) ? `\\&${plain}` : plain
}

function unicode(character: string): string {
  return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}

/** One argument of a macro. */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`
}

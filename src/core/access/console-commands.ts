import type { Command } from '../../device/systemd/command.ts'

/** Is the program a shell? */
export function isShell(program: string): boolean {
  return /(^|\/)-?(ba|da|a|z|k|fi)?sh$/.test(program)
}

/** The account that a getty or login is told to log in (agetty(8), login(1)); undefined: it asks. */
export function autologinOf({ program, args }: Command): string | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1)
  if (name === 'agetty' || name === 'getty')
    return optionOf(args, 'a', 'autologin') ?? loginOption(args) ?? skipped(args)
  if (name === 'mingetty' || name === 'fgetty' || name === 'ngetty') return optionOf(args, undefined, 'autologin')
  return name === 'login' ? optionOf(args, 'f', undefined) : undefined
}

/** `-f root` among the options that agetty hands to login. */
function loginOption(args: readonly string[]): string | undefined {
  return /(?:^|\s)-f\s*(\S+)/.exec(optionOf(args, 'o', 'login-options') ?? '')?.[1]
}

/** Without a name asked for, the program in login's place runs as root. */
function skipped(args: readonly string[]): string | undefined {
  const program = optionOf(args, 'l', 'login-program')
  const isSkipped = args.some((arg) => arg === '--skip-login' || /^-[A-Za-z]*n[A-Za-z]*$/.test(arg))
  return isSkipped && program !== undefined && isShell(program) ? 'root' : undefined
}

function optionOf(args: readonly string[], letter: string | undefined, long: string | undefined): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (long !== undefined && arg === `--${long}`) return args[index + 1]
    if (long !== undefined && arg.startsWith(`--${long}=`)) return arg.slice(long.length + 3)
    if (letter !== undefined && arg === `-${letter}`) return args[index + 1]
    if (letter !== undefined && arg.startsWith(`-${letter}`) && !arg.startsWith('--')) return arg.slice(2)
  }
  return undefined
}

/** Does a line for a shell name a terminal and another shell? What it does with them is for nobody to see. */
export function shellInText({ program, args }: Command): boolean {
  const text = args.join(' ')
  return isShell(program) && /\/dev\/(tty|console|serial|hvc)/.test(text) && /(^|[\s;&|/])(ba|da|z)?sh\b/.test(text)
}

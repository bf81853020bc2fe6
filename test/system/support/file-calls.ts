import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { patient } from '../../runner/patience.ts'

/** What a call does to a path. */
type Access =
  | 'look'
  | 'read'
  | 'list'
  | 'write'
  | 'make'
  | 'folder'
  | 'place'
  | 'remove'
  | 'change'
  | 'link'
  | 'run'
  | 'connect'

/** A path that a program gave to the kernel. */
export interface FileCall {
  /** Absolute; of what was reached by a descriptor, the name of that is in front. */
  readonly path: string
  readonly access: Access
  /** Of an open, as strace prints them. */
  readonly flags: readonly string[]
  /** That something new is to have; undefined: it says none. */
  readonly mode: number | undefined
  readonly line: string
}

export interface Traced {
  readonly status: number | null
  readonly output: string
  readonly calls: readonly FileCall[]
}

/**
 * Every call that takes a path: strace's own class of them, those that its class has not or that are newer than it, and
 * sockets, which may lie in the file system.
 */
const CALLS = ['%file', '?fchmodat2', '?inotify_add_watch', '?name_to_handle_at', '?open_tree', '?bind', '?connect']
/** They say what is there, and bring nothing of it in but its name, kind, size, times, owner and mode. */
const LOOKS =
  /^(l?stat|newfstatat|fstatat|statx|oldl?stat|access|faccessat2?|readlink(at)?|statfs|l?getxattr|l?listxattr|inotify_add_watch|name_to_handle_at|open_tree|getcwd)(64)?$/

/** Runs a command and all that it starts under strace(1): every path that it gives to the kernel, also in vain. */
export function traced(
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; uid?: number | undefined; input?: string },
): Traced {
  const place = mkdtempSync(join(tmpdir(), 'pibake-strace-'))
  try {
    const trace = ['-ff', '--seccomp-bpf', '-qq', '-y', '-s', '4096', '-e', `trace=${CALLS}`, '-e', 'signal=none']
    const user = options.uid === undefined ? [] : ['setpriv', `--reuid=${options.uid}`, '--clear-groups']
    // strace stays root's, so that the user needs no place for what it writes.
    const as = options.uid === undefined ? [] : [...user, `--regid=${options.uid}`, '--']
    const { status, stdout, stderr } = endedInTime(
      ['strace', ...trace, '-o', join(place, 't'), ...as, ...command],
      options,
    )
    const texts = readdirSync(place).map((name) => readFileSync(join(place, name), 'utf8'))
    return { status, output: stdout + stderr, calls: texts.flatMap((text) => callsOf(text, options.cwd)) }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/**
 * Runs strace(1) and ends it, with all that it traces, when it takes too long; then once more: strace 6.1 was seen to wait
 * for ever, and a signal that it catches did not end that.
 */
function endedInTime(command: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv; input?: string }) {
  // A group of their own, which timeout(1) kills whole: what is traced does not end with strace.
  const limited = ['--signal=KILL', String(patient(120)), ...command]
  const once = () =>
    spawnSync('timeout', limited, {
      cwd: options.cwd,
      env: options.env,
      input: options.input ?? '',
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
  const first = once()
  return first.signal === null ? first : once()
}

/** @param from the folder in which the process begins, where it does not say so itself */
function callsOf(text: string, from: string): FileCall[] {
  let cwd = from
  const descriptors = new Map<string, string>()
  return text.split('\n').flatMap((line): FileCall[] => {
    const [, name, words = '', result = ''] = /^(\w+)\((.*)\) += (.*)$/.exec(line) ?? []
    if (name === undefined || (/^(bind|connect)$/.test(name) && !words.includes('sun_path="'))) return []
    cwd = /AT_FDCWD<([^>]*)>/.exec(words)?.[1] ?? cwd
    const [, descriptor, target] = /^(\d+)<(.*)>$/.exec(result) ?? []
    const paths = [...words.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)].map(([, folder, path]) =>
      resolve(folder ?? cwd, behind(path as string, descriptors)),
    )
    if (paths.length === 0) paths.push(/^\d+<([^>]*)>/.exec(words)?.[1] ?? cwd)
    if (descriptor !== undefined) descriptors.set(descriptor, target as string)
    if (name === 'chdir') {
      if (result === '0') cwd = paths[0] as string
      return []
    }
    const call = (path = cwd, access: Access): FileCall => ({
      path,
      access,
      flags: flagsOf(words),
      mode: modeOf(words),
      line,
    })
    const [first, second] = paths
    if (LOOKS.test(name)) return [call(first, 'look')]
    if (/^(bind|connect)$/.test(name)) return [call(first, name === 'bind' ? 'make' : 'connect')]
    if (name.startsWith('execve')) return [call(first, 'run')]
    if (/^(open|creat)/.test(name)) return [call(first, openedFor(flagsOf(words)))]
    // What is there stays as it is.
    if (result.startsWith('-1 EEXIST')) return []
    if (name.startsWith('mkdir')) return [call(first, 'folder')]
    if (name.startsWith('rename')) return [call(first, 'remove'), call(second, 'place')]
    if (/^(unlink|rmdir)/.test(name)) return [call(first, 'remove')]
    if (/^(link|symlink|mknod)/.test(name)) return [call(name.startsWith('mknod') ? first : second, 'link')]
    return [call(first, 'change')]
  })
}

/** `/proc/self/fd/N/name` with what N stands for. */
function behind(path: string, descriptors: ReadonlyMap<string, string>): string {
  return path.replace(/^\/proc\/self\/fd\/(\d+)/, (own, number: string) => descriptors.get(number) ?? own)
}

function flagsOf(words: string): string[] {
  return /\bO_[A-Z|_]+/.exec(words)?.[0].split('|') ?? []
}

function modeOf(words: string): number | undefined {
  const octal = /, (0[0-7]*)$/.exec(words)?.[1]
  return octal === undefined ? undefined : Number.parseInt(octal, 8)
}

function openedFor(flags: readonly string[]): Access {
  if (flags.includes('O_CREAT')) return 'make'
  if (flags.includes('O_WRONLY') || flags.includes('O_RDWR')) return 'write'
  return flags.includes('O_DIRECTORY') ? 'list' : 'read'
}

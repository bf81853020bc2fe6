import type { Tree } from '../../storage/tree/tree.ts'

/** A source of a database, and what its answers lead to. */
export interface NameSource {
  readonly name: string
  /** Each `[STATUS=action]` behind it, in order (nsswitch.conf(5)). */
  readonly actions: readonly NameAction[]
}

export interface NameAction {
  /** `NOTFOUND=return` counts for that status, `!UNAVAIL=return` for all others. */
  readonly isNegated: boolean
  readonly status: 'success' | 'notfound' | 'unavail' | 'tryagain'
  readonly action: 'return' | 'continue' | 'merge'
}

export interface NameDatabase {
  readonly sources: readonly NameSource[]
  /** From 1; undefined: glibc's default, for the file has no line of it. */
  readonly line: number | undefined
}

/** glibc 2.34 and later, without a line or a file (nss_database.c). */
const DEFAULT: NameDatabase = { sources: [{ name: 'files', actions: [] }], line: undefined }

/** Where the device looks a database up: `passwd`, `group`, `shadow` …; the last line of a database counts. */
export function nameDatabase(root: Tree, name: string): NameDatabase {
  const text = new TextDecoder().decode(root.read('/etc/nsswitch.conf') ?? new Uint8Array())
  const lines = text.split('\n').map((line, index) => ({ text: line.replace(/#.*/s, ''), line: index + 1 }))
  const own = lines.findLast(({ text: line }) => new RegExp(`^\\s*${name}\\s*:`).test(line))
  if (own === undefined) return DEFAULT
  return { sources: sourcesOf(own.text.slice(own.text.indexOf(':') + 1)), line: own.line }
}

/** glibc takes nothing of a line that begins with a bracket. */
function sourcesOf(text: string): readonly NameSource[] {
  if (/^\s*\[/.test(text)) return []
  return [...text.matchAll(/([^\s[]+)\s*((?:\[[^\]]*\]\s*)*)/g)].map(([, name = '', brackets = '']) => ({
    name,
    actions: [...brackets.matchAll(/(!?)(success|notfound|unavail|tryagain)\s*=\s*(return|continue|merge)/gi)].map(
      ([, not, status, action]) => ({
        isNegated: not === '!',
        status: status?.toLowerCase() as NameAction['status'],
        action: action?.toLowerCase() as NameAction['action'],
      }),
    ),
  }))
}

/** What is done after a source has answered with a status: its own word for it, else `return` on success only. */
export function actionAfter({ actions }: NameSource, status: NameAction['status']): NameAction['action'] {
  const own = actions.findLast((one) => (one.status === status) !== one.isNegated)
  return own?.action ?? (status === 'success' ? 'return' : 'continue')
}

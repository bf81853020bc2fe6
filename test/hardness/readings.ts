/** What the judges print, read. */

/** What lynis says: its index, and the tests with something to say. */
export interface Lynis {
  readonly index: number
  /** `AUTH-9286: Configure maximum password age in /etc/login.defs`. */
  readonly findings: readonly string[]
}

/** @param report what lynis writes to its report file */
export function readLynis(report: string): Lynis {
  const index = /^hardening_index=(\d+)$/m.exec(report)?.[1]
  if (index === undefined) throw new Error(`lynis gave no index:\n${report.slice(-500)}`)
  const findings = [...report.matchAll(/^(?:warning|suggestion)\[\]=([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|/gm)]
  const detail = (text = '') => (/^-?$/.test(text) ? '' : ` (${text})`)
  return { index: Number(index), findings: findings.map(([, id, text, more]) => `${id}: ${text}${detail(more)}`) }
}

/** What OpenSCAP says of one profile of a benchmark. */
export interface Benchmark {
  /** Rules of each result: pass, fail, notapplicable, notchecked, error … */
  readonly counts: Readonly<Record<string, number>>
  /** Percent of passed among passed and failed. */
  readonly share: number
  /** Names of the rules that failed, without what all names begin with. */
  readonly failed: readonly string[]
  /** Of those that OpenSCAP could not evaluate. */
  readonly errors: readonly string[]
}

/** @param results what `oscap xccdf eval --results` writes */
export function readBenchmark(results: string): Benchmark {
  const counts: Record<string, number> = {}
  const named: Record<string, string[]> = {}
  const rules = results.matchAll(
    /<rule-result\b[^>]*\bidref="xccdf_org\.ssgproject\.content_rule_([^"]+)"[^>]*>(.*?)<\/rule-result>/gs,
  )
  for (const [, rule = '', body = ''] of rules) {
    const result = /<result>(\w+)<\/result>/.exec(body)?.[1] ?? 'none'
    if (result === 'notselected') continue
    counts[result] = (counts[result] ?? 0) + 1
    named[result] = [...(named[result] ?? []), rule]
  }
  const { pass = 0, fail = 0, notapplicable = 0 } = counts
  if (pass + fail <= notapplicable) throw new Error(`most rules were not evaluated: ${JSON.stringify(counts)}`)
  const share = percent(pass, pass + fail)
  return { counts, share, failed: (named.fail ?? []).sort(), errors: (named.error ?? []).sort() }
}

/** With one decimal. */
export const percent = (part: number, whole: number) => Math.round((1000 * part) / whole) / 10

/** What ssh-audit says of an algorithm: `kex: ecdh-sha2-nistp256: using elliptic curves …`. */
export interface SshAudit {
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
  /** Policy → what it has against the server; nothing: passed. */
  readonly policies: Readonly<Record<string, readonly string[]>>
}

/** @param json of `ssh-audit --json` */
export function readSshAudit(json: string): Omit<SshAudit, 'policies'> {
  if (!json.trimStart().startsWith('{')) throw new Error(`ssh-audit: ${json}`)
  const document = JSON.parse(json) as Record<string, unknown>
  const notes = (level: 'fail' | 'warn') =>
    ['kex', 'key', 'enc', 'mac'].flatMap((kind) =>
      ((document[kind] ?? []) as { algorithm: string; notes?: Record<string, string[]> }[]).flatMap(
        ({ algorithm, notes = {} }) => (notes[level] ?? []).map((text) => `${kind} ${algorithm}: ${text}`),
      ),
    )
  if (!Array.isArray(document.kex) || document.kex.length === 0) throw new Error(`ssh-audit saw no algorithms: ${json}`)
  return { failures: notes('fail'), warnings: notes('warn') }
}

/** ssh-audit's own policy for both releases: it has none for Debian 13, whose sshd knows the same names. */
export const POLICY = 'Hardened Debian 12 (version 2)'

/** Not an algorithm: sshd 9.9 and later offers extensions by it (RFC 8308), no setting takes it away, and the policy is older. */
const OFFERED = 'ext-info-s'

/** @param json of `ssh-audit --json --policy …` */
export function readPolicy(json: string): readonly string[] {
  const { passed, errors } = JSON.parse(json) as {
    passed: boolean
    errors: { mismatched_field: string; expected_required: string[]; actual: string[] }[]
  }
  if (passed) return []
  return errors.flatMap(({ mismatched_field: field, expected_required: expected, actual: all }) => {
    const [wanted, actual] = [expected.join(', '), all.filter((name) => name !== OFFERED).join(', ')]
    return wanted === actual ? [] : [`${field}: expected ${wanted}; actual ${actual}`]
  })
}

/** Ports of `nmap -oG -` that are open. */
export function readOpenPorts(text: string): readonly string[] {
  if (!/^# Nmap done/m.test(text)) throw new Error(`nmap did not end: ${text}`)
  return [...text.matchAll(/(\d+)\/open\/(\w+)\//g)].map(([, port, protocol]) => `${port}/${protocol}`)
}

/** Exposure by unit, as `systemd-analyze security UNIT` closes: `→ Overall exposure level for x.service: 9.6 UNSAFE`. */
export function readExposure(text: string): Readonly<Record<string, number>> {
  const found = [...text.matchAll(/Overall exposure level for (\S+): (\d+\.\d)/g)]
  return Object.fromEntries(found.map(([, unit, value]) => [unit, Number(value)]))
}

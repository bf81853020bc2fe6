/** A package that apt would unpack. */
export interface Chosen {
  readonly name: string
  readonly architecture: string
  readonly version: string
  /** Archive and suite as apt calls them, e.g. `Debian:12.11/stable`. */
  readonly archive: string
  /** Whether an older one is installed. */
  readonly isUpgrade: boolean
}

/** The `Inst` lines of `apt-get -s`: `Inst NAME[:ARCH] [OLD] (VERSION ARCHIVE, … [ARCH])`. */
export function chosenIn(text: string): Chosen[] {
  return text.split('\n').flatMap((line) => {
    const [, name, old, version, archives, architecture] =
      /^Inst ([^\s:]+)(?::\S+)?( \[[^\]]*\])? \((\S+)(?: (.*))? \[([a-z0-9-]+)\]\)/.exec(line) ?? []
    if (name === undefined || version === undefined || architecture === undefined) return []
    return [{ name, architecture, version, archive: archives ?? '', isUpgrade: old !== undefined }]
  })
}

/** What apt would fetch: SHA-256 → address, of `apt-get --print-uris` with `Acquire::ForceHash "sha256"`. */
export function addressesIn(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^'(\S+)' \S+ \d+ SHA256:([0-9a-f]{64})$/gm)
  return new Map([...lines].map(([, uri, sha256]) => [sha256 as string, uri as string]))
}

/** The names that apt says it does not have. */
export function unknownIn(text: string): string[] {
  const lines = text.matchAll(
    /^E: (?:Unable to locate package (\S+)|Package '?(\S+?)'? has no installation candidate)$/gm,
  )
  return [...new Set([...lines].map(([, missing, virtual]) => (missing ?? virtual) as string))]
}

/** What apt says that the chosen packages lack, `ufw : Depends: iptables (>= 2) but 1 is to be installed`; on its stdout. */
export function unmetIn(text: string): string[] {
  return [...text.matchAll(/^ (\S+ : (?:Pre)?(?:Depends|Breaks|Conflicts): .+)$/gm)].map(([, line = '']) => line.trim())
}

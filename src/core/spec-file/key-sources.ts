/** Where keys come from that are not in the spec or beside it. */
export interface KeySource {
  /** `github:alice`, `launchpad:bob`, `url:https://…`: how the lock and messages call it. */
  readonly name: string
  readonly url: string
  /** What the spec says of the content; undefined: nothing. */
  readonly sha256: string | undefined
}

/** Keys of the network as they were when they were locked. */
export interface LockedKeys {
  /** The name of a {@link KeySource}. */
  readonly source: string
  readonly url: string
  /** Of what was fetched. */
  readonly sha256: string
  readonly keys: readonly LockedKey[]
}

export interface LockedKey {
  /** As ssh-keygen prints it. */
  readonly fingerprint: string
  /** A line of a .pub file. */
  readonly line: string
}

interface Named {
  readonly github?: string | undefined
  readonly launchpad?: string | undefined
  readonly url?: string | undefined
  readonly sha256?: string | undefined
}

/** The source that an entry of authorizedKeys names; undefined: its keys are in the spec or beside it. */
export function keySourceOf({ github, launchpad, url, sha256 }: Named): KeySource | undefined {
  if (github !== undefined) return { name: `github:${github}`, url: `https://github.com/${github}.keys`, sha256 }
  if (launchpad !== undefined)
    return { name: `launchpad:${launchpad}`, url: `https://launchpad.net/~${launchpad}/+sshkeys`, sha256 }
  return url === undefined ? undefined : { name: `url:${url}`, url, sha256 }
}

/** Whether what is locked is of this source, and what the spec says of it. */
export function isLocked(locked: LockedKeys | undefined, { url, sha256 }: KeySource): boolean {
  return locked !== undefined && locked.url === url && (sha256 === undefined || locked.sha256 === sha256)
}

/** Where a spec is: the path of its file; or what it says, with the folder from which the paths in it go, by default the current one. A spec that is given as text has no `pibake.lock`, and nothing is carried in the image. */
export type SpecSource = string | { readonly text: string; readonly folder?: string }

/** An image file, or the folders where the two partitions are mounted. Without `boot`, what belongs there is skipped. */
export type TargetPlace =
  | { readonly image: string; readonly rootPartition?: number; readonly bootPartition?: number }
  | { readonly root: string; readonly boot?: string }

/** How far a spec is trusted. */
export interface CheckOptions {
  /** Take no more from the spec than from a stranger: files from its own folder alone, nothing that is run. Default: false. */
  readonly confine?: boolean
}

/** What of a refusal the caller takes upon himself, and where packages come from: as the flags of the same names. */
export interface PlanOptions extends CheckOptions {
  /** Work on an image that has been started before. */
  readonly allowBooted?: boolean
  /** Go on although the device would lock its owner out. */
  readonly acceptLockout?: boolean
  /** Codes of what decides the login and cannot be judged. */
  readonly acceptUnproved?: readonly string[]
  /** `false`: carry no packages; the first start fetches them from the network. */
  readonly bundle?: boolean
  /** Carry exactly what `pibake.lock` says, and fail if that is not what the spec and the image need. */
  readonly frozen?: boolean
  /** `[FROM=]TO`: fetch packages there instead. */
  readonly aptMirror?: readonly string[]
}

/** For what the device will be used; what is left out changes nothing. */
export interface AuditOptions {
  /** The file of a spec of which the role and the waivers are taken. */
  readonly spec?: string
  readonly role?: Partial<Role>
  /** Also hold every file of every package against the digests of dpkg. */
  readonly deep?: boolean
}

/** What kind of target a device is; `risk` of the spec. */
export interface Role {
  readonly exposure?: 'offline' | 'lan' | 'internet' | undefined
  readonly place?: 'locked' | 'home' | 'public' | undefined
  readonly holds: readonly string[]
  readonly controls: readonly string[]
  readonly shows: readonly string[]
  readonly talksTo: readonly string[]
}

/** A place in the spec; line and column count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something wrong with the spec, by itself or for this image, at its place. */
export interface Problem extends Position {
  readonly severity: 'error' | 'warning'
  /** Stable; each has its page, see [error-codes.md](error-codes.md). */
  readonly code: string
  /** `users[0].name` */
  readonly key: string
  /** Holds no value of a secret. */
  readonly message: string
  readonly hint?: string
  /** The device would lock its owner out; `acceptLockout` lets it pass. */
  readonly lockout: boolean
}

/** What {@link check} finds. */
export interface Checked {
  /** There is no error. */
  readonly sound: boolean
  /** `sha256:…` over what the spec says. */
  readonly digest: string
  /** In the order of their places. */
  readonly problems: readonly Problem[]
}

/** What an image is, read from its content. */
export interface Image {
  /** What it calls itself, where it is not Raspberry Pi OS: it can be audited, and nothing else. */
  readonly other?: string | undefined
  readonly release: 'bookworm' | 'trixie'
  /** Which of the first starts of the official images it has. */
  readonly behaviour: string
  /** `lite`, `desktop`, `full` */
  readonly variant: string
  /** `arm64`, `armhf` */
  readonly architecture: string
  /** `pi-gen`, `rpi-image-gen` */
  readonly builder: string
  /** `YYYY-MM-DD`, as it says. */
  readonly date: string | null
}

/** An image, and what is in it. */
export interface Inspected extends Image {
  /** Installed packages and their versions. */
  readonly packages: Readonly<Record<string, string>>
  /** The account that it was built with. */
  readonly stockUser: string | null
  /** What shows that it has been started before; empty for a fresh one. */
  readonly bootedSigns: readonly string[]
}

/** Why something is done: the spec key behind it, its place or the profile whose default it is, and the reason. */
export interface Origin {
  readonly key: string
  readonly position: Position | null
  readonly default: 'standard' | 'strict' | 'cis' | null
  readonly because: string
}

/** User and group, by number. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Something that is to be true of a path of the device. A path appears once in a plan. */
export type Operation = {
  readonly partition: 'boot' | 'root'
  /** Absolute inside the partition. */
  readonly path: string
  readonly origin: Origin
} & (
  | {
      readonly kind: 'file'
      readonly content: Uint8Array
      readonly mode: number
      readonly owner: Owner
      /** Its content is not to be shown. */
      readonly secret?: boolean
    }
  | { readonly kind: 'directory'; readonly mode: number; readonly owner: Owner }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'remove' }
)

/** An operation that the target does not show yet. */
export interface Change {
  /** `root:/etc/ssh/sshd_config.d/00-pibake.conf` */
  readonly path: string
  readonly action: 'create' | 'change' | 'remove'
  /** Kind, mode, owner: what of them changes. */
  readonly details: readonly string[]
  /** Hunks of a unified diff; null for what is not text, and for a secret. */
  readonly diff: string | null
  readonly origin: Origin
}

/** Something that the owner should know and that is not an error. */
export interface Note {
  readonly severity: 'info' | 'warning'
  readonly message: string
  readonly origin: Origin
}

/** One way to log in, and from where. */
export interface WayIn {
  readonly user: string
  readonly by: 'key' | 'certificate' | 'password' | 'console'
  /** As ssh-keygen prints it. */
  readonly fingerprint?: string | undefined
  readonly port?: number | undefined
  /** By sudo. */
  readonly root: 'asks for the password' | 'asks for nothing' | 'no'
  /** From these networks without those in `except`. */
  readonly from: 'everywhere' | readonly string[]
  readonly except: readonly string[]
}

/** A way that is shut, and by what. */
export interface Blocked {
  readonly code: string
  readonly user: string | undefined
  readonly because: string
}

/** Who gets in once the plan is carried out. */
export interface Access {
  readonly ways: readonly WayIn[]
  /** Why the device would lock its owner out; empty: proved that it will not. */
  readonly lockouts: readonly Blocked[]
  /** Ways in for accounts that the spec does not name. */
  readonly intruders: readonly WayIn[]
  /** What decides and cannot be judged. */
  readonly unproved: readonly Blocked[]
}

/** The public half of a host key that the device will have. */
export interface HostKey {
  readonly type: string
  readonly bits: number
  readonly fingerprint: string
  /** As known_hosts has it, without the name of the host. */
  readonly publicKey: string
}

/** What every result of a plan holds. */
export interface Outcome {
  /** `sha256:…` of the plan. */
  readonly digest: string
  readonly access: Access
  readonly problems: readonly Problem[]
  /** With `ssh: { hostKeys: bake }`. */
  readonly hostKeys: readonly HostKey[]
}

/** What {@link compile} returns: all that is to be true of the target. */
export interface Compiled extends Outcome {
  readonly image: Image
  /** Sorted by path; those too that the target shows already. */
  readonly operations: readonly Operation[]
  readonly notes: readonly Note[]
}

/** What {@link plan} returns; the document of `pibake plan --json`. */
export interface Plan extends Outcome {
  readonly image: Image
  readonly changes: readonly Change[]
  /** States of systemd units. */
  readonly units: readonly { readonly unit: string; readonly state: string; readonly origin: Origin }[]
  /** What the first start installs and removes. */
  readonly packages: readonly {
    readonly name: string
    readonly action: 'install' | 'remove'
    readonly origin: Origin
  }[]
  readonly notes: readonly Note[]
}

/** What {@link applyTo} has done. */
export interface Applied extends Outcome {
  readonly image: Image
  readonly changes: readonly Change[]
  readonly notes: readonly Note[]
  /** What did not go well and undoes nothing of it. */
  readonly warnings: readonly string[]
}

/** What {@link verify} returns; the document of `pibake verify --json`. */
export interface Verified extends Outcome {
  /** The paths that are not as the spec says; empty: there is no drift. */
  readonly drift: readonly {
    readonly path: string
    readonly differences: readonly ('missing' | 'extra' | 'kind' | 'content' | 'mode' | 'owner')[]
    readonly origin: Origin
  }[]
}

/** Something in an image that somebody could make use of. */
export interface AuditFinding {
  /** Stable, see [audit-rules.md](audit-rules.md). */
  readonly rule: string
  /** An account, a unit, a file. */
  readonly subject: string
  readonly title: string
  readonly users: readonly string[]
  /** A path of the device; without a line the file as a whole. */
  readonly at: { readonly file: string; readonly line?: number | undefined } | null
  readonly because: string
  readonly likelihood: 1 | 2 | 3 | 4
  readonly impact: 1 | 2 | 3 | 4
  readonly level: 'low' | 'medium' | 'high' | 'critical'
  /** Why likelihood and impact are not what they are for an ordinary device at home. */
  readonly reasons: readonly string[]
  /** Lines of a spec that close it, or what to do where no spec does. */
  readonly cure: { readonly spec: string } | { readonly cannot: string }
}

/** What {@link audit} returns; the document of `pibake audit --json`. */
export interface Audited {
  readonly role: Role
  readonly image: Image
  /** The worst first. */
  readonly findings: readonly AuditFinding[]
  /** What the spec says not to count. */
  readonly waived: readonly AuditFinding[]
  readonly waysIn: readonly WayIn[]
  /** What could not be looked at. */
  readonly skipped: readonly string[]
}

import type { Secret } from './secret.ts'

/**
 * The spec as the rest of pibake sees it: every default filled in from the profile, every referenced file read,
 * every value already checked for its own syntax. An absent (`undefined`) field means "leave what the image has".
 */
export interface Spec {
  readonly version: 1
  readonly profile: 'standard' | 'strict'
  readonly device: Device
  readonly users: readonly User[]
  readonly defaultUser: 'remove' | 'lock' | 'keep'
  readonly removeHome: boolean
  readonly ssh: Ssh
  readonly firewall: Firewall
  readonly fail2ban: Fail2ban
  readonly updates: Updates
  readonly packages: Packages
  readonly services: { readonly disable: readonly string[]; readonly mask: readonly string[] }
  readonly hardware: Hardware
  readonly hardening: Hardening
  readonly network: { readonly wifi: Wifi | undefined }
  readonly files: readonly ExtraFile[]
  readonly firstBoot: { readonly scripts: readonly Script[] }
}

export interface Device {
  readonly hostname: string | undefined
  readonly timezone: string | undefined
  readonly locale: string | undefined
  readonly keyboard: string | undefined
}

export interface User {
  readonly name: string
  /** crypt(3) hash; undefined: the account has no password (`*`). */
  readonly passwordHash: Secret | undefined
  readonly authorizedKeys: readonly AuthorizedKey[]
  /** `default`: the groups the stock first user has, those that exist in the image. */
  readonly groups: 'default' | readonly string[]
  readonly sudo: 'password' | 'nopasswd' | 'none'
  readonly mustChangePassword: boolean
  /** Last day the account may be used, `YYYY-MM-DD`. */
  readonly expires: string | undefined
  readonly shell: string
}

/** One parsed line of authorized_keys; `blob` is the base64 text of the key. */
export interface AuthorizedKey {
  readonly type: string
  readonly blob: string
  readonly comment: string
  readonly bits: number
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string
  readonly from: readonly string[]
  /** `YYYY-MM-DD`, in UTC. */
  readonly expires: string | undefined
  readonly restrict: boolean
  readonly command: string | undefined
}

export interface Ssh {
  readonly enabled: boolean
  readonly port: number
  readonly passwordAuthentication: boolean
  /** Names or sshd user patterns; never empty when ssh is enabled. */
  readonly allowUsers: readonly string[]
  readonly denyUsers: readonly string[]
  readonly hostKeys: 'device' | 'bake'
  /** Further sshd keywords, in the spec's order. */
  readonly settings: Readonly<Record<string, string>>
}

export interface Firewall {
  readonly enabled: boolean
  readonly incoming: Policy
  readonly outgoing: Policy
  readonly routed: Policy
  readonly logging: 'off' | 'low' | 'medium' | 'high' | 'full'
  /** ufw's command syntax, word for word, without the leading `ufw`. */
  readonly rules: readonly string[]
}
export type Policy = 'allow' | 'deny' | 'reject'

export interface Fail2ban {
  readonly enabled: boolean
  readonly ignoreip: readonly string[]
  /** jail name → keyword → value, in the spec's order; the sshd jail is always there when ssh is enabled. */
  readonly jails: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>
}

export interface Updates {
  readonly firstBoot: 'none' | 'security' | 'full'
  readonly unattended: boolean
  readonly sshServerDaily: boolean
  /** `HH:MM`, or undefined: never reboot by itself. */
  readonly reboot: string | undefined
}

export interface Packages {
  readonly bundle: boolean
  /** Whether carried packages stay on the device when they are in use. */
  readonly keep: boolean
  /** `YYYY-MM-DDTHH:MM:SSZ`: packages come from archives of that moment; undefined: from those of now. */
  readonly snapshot: string | undefined
  readonly install: readonly string[]
  readonly debs: readonly OwnPackage[]
  readonly remove: readonly string[]
}

/** A .deb of the owner's own; the digest or the signature that the spec names vouches for its bytes. */
export interface OwnPackage {
  /** As the spec names it. */
  readonly file: string
  /** 64 hex digits. */
  readonly sha256: string
  readonly content: Uint8Array
}

export interface Hardware {
  readonly wifi: 'on' | 'off'
  readonly bluetooth: 'on' | 'off'
  readonly usbStorage: 'allow' | 'block'
}

/** What the profile switches on beyond the other sections; each can be overridden alone. */
export interface Hardening {
  readonly appArmor: boolean
  /** sysctl key → value; profile defaults merged with the spec's (`null` there drops one). */
  readonly sysctl: Readonly<Record<string, string>>
  /** Kernel modules that may not be loaded. */
  readonly blockedModules: readonly string[]
  readonly coreDumps: boolean
  readonly journal: { readonly storage: 'persistent' | 'volatile' | 'image'; readonly maxUse: string }
  readonly serialConsole: 'on' | 'off'
  readonly autologin: 'keep' | 'off'
}

export interface Wifi {
  readonly country: string
  readonly networks: readonly { readonly ssid: string; readonly psk: Secret | undefined; readonly hidden: boolean }[]
}

export interface ExtraFile {
  readonly path: string
  readonly content: Uint8Array
  readonly mode: number
  readonly owner: string
  readonly group: string
}

export interface Script {
  readonly name: string
  readonly content: Uint8Array
}

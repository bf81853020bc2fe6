import { readUserData } from './cloud-config.ts'
import { readDietpi, readDietpiWifi } from './dietpi.ts'
import type { Findings, ForeignFile, Hash } from './fact.ts'
import { readFirstrun } from './firstrun.ts'
import { readJailLocal } from './jail-local.ts'
import { readNetworkConfig } from './netplan.ts'
import { readConnection } from './nmconnection.ts'
import { readSshdFiles } from './sshd-config-file.ts'
import { readTomlSeed } from './toml-seeds.ts'
import { readUfwSettings, readUfwShown, readUserRules } from './ufw-said.ts'
import { readCmdline, readSshMarker, readUserconf } from './userconf-txt.ts'
import { readWpaSupplicant } from './wpa-supplicant.ts'

interface KindOfFile {
  /** Whether a text is of this kind; the first one that says so has it. */
  readonly shows: (file: ForeignFile) => boolean
  /** Undefined: those of this kind are read together. */
  readonly read?: (file: ForeignFile, hash: Hash) => Findings
}

const starts =
  (pattern: RegExp) =>
  ({ text }: ForeignFile) =>
    pattern.test(text)

/** The kinds of file that are read, told apart by what is in them. */
const KINDS = {
  firstrun: {
    shows: starts(/^#!.*sh\b[\s\S]*(imager_custom|userconf-pi\/userconf|FIRSTUSER=|\/etc\/hostname|authorized_keys)/),
    read: readFirstrun,
  },
  'user-data': { shows: starts(/^(## ?template:.*\n)?#cloud-config\b/), read: readUserData },
  'network-config': { shows: starts(/^(network|ethernets|wifis):/m), read: readNetworkConfig },
  nmconnection: { shows: starts(/^\[connection\]/m), read: readConnection },
  'custom-toml': {
    shows: starts(/^\s*config_version\s*=|^\[(system|user|ssh|wlan|locale)\]\s*$[\s\S]*^\s*\w+\s*=\s*["']/m),
    read: readTomlSeed,
  },
  'wpa-supplicant': {
    shows: starts(/^\s*network\s*=\s*\{|^\s*(country=|ctrl_interface=)/m),
    read: (file) => readWpaSupplicant(file),
  },
  'dietpi-wifi': { shows: starts(/^aWIFI_SSID\[/m), read: readDietpiWifi },
  dietpi: { shows: starts(/^AUTO_SETUP_/m), read: readDietpi },
  'user-rules': { shows: starts(/^### tuple ###|^\*filter\b[\s\S]*ufw/m), read: readUserRules },
  'ufw-shown': {
    shows: starts(/^(sudo )?ufw (allow|deny|reject|limit|route|prepend|insert|default)\b|^Added user rules/m),
    read: readUfwShown,
  },
  'ufw-settings': { shows: starts(/^(DEFAULT_INPUT_POLICY|LOGLEVEL|ENABLED)=/m), read: readUfwSettings },
  'jail-local': {
    shows: starts(/^\[(DEFAULT|sshd|[\w-]+)\]\s*$[\s\S]*^(enabled|bantime|findtime|maxretry|ignoreip)\s*[=:]/m),
    read: readJailLocal,
  },
  cmdline: { shows: starts(/\broot=\S+ .*\brootfstype=|\bcfg80211\.ieee80211_regdom=/), read: readCmdline },
  ssh: { shows: ({ name, text }) => text.trim() === '' && /(^|\/)ssh(\.txt)?$/i.test(name), read: readSshMarker },
  userconf: { shows: starts(/^\ufeff?[a-z_][\w-]*:[^\s:]+(\r?\n|$)/), read: readUserconf },
  'sshd-config': {
    shows: starts(
      /^\s*(Port|Include|PasswordAuthentication|PermitRootLogin|AllowUsers|KbdInteractiveAuthentication|PubkeyAuthentication|X11Forwarding|Match|Ciphers|MaxAuthTries|LogLevel|Subsystem|ListenAddress|ClientAliveInterval|AllowTcpForwarding|ChallengeResponseAuthentication|UsePAM)\s/im,
    ),
  },
} as const satisfies Readonly<Record<string, KindOfFile>>

export type Kind = keyof typeof KINDS

export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[]

const tableOf: Readonly<Record<Kind, KindOfFile>> = KINDS

/** @returns undefined: of none that is known */
export function kindOf(file: ForeignFile): Kind | undefined {
  return KIND_NAMES.find((kind) => tableOf[kind].shows(file))
}

/** What files say; those of sshd are read together, for one includes the other. */
export function readForeign(
  files: readonly { readonly file: ForeignFile; readonly kind: Kind }[],
  hash: Hash,
): readonly Findings[] {
  const ofSshd = files.filter(({ kind }) => kind === 'sshd-config').map(({ file }) => file)
  const others = files.flatMap(({ file, kind }) => tableOf[kind].read?.(file, hash) ?? [])
  return [...others, ...(ofSshd.length === 0 ? [] : readSshdFiles(ofSshd))]
}

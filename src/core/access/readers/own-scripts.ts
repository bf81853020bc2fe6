import { isOfPackages } from '../../../device/inspect/package-digests.ts'
import { entryAt, isExecutable } from '../../../device/sshd/files.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import { linesOf } from '../../undone/assignment.ts'
import type { FileLine, Finding, Reader } from '../finding.ts'
import { startedCommands } from '../started-commands.ts'
import { cronJobs } from './root-jobs.ts'

/** A line that root runs. */
interface Job {
  readonly command: string
  readonly at: FileLine
}

/**
 * What root runs by itself and Raspberry Pi's own packages did not bring: where a line of it changes what decides, only a
 * run shows what comes of it.
 */
export const ownScripts: Reader = (device) => {
  const { root } = device
  const started = startedCommands(device)
    .filter(({ by }) => !by.startsWith('pibake-'))
    .map(({ words, at }) => ({ command: words.join(' '), at }))
  const jobs = [...started, ...cronJobs(root)]
  const scripts = new Set([
    ...jobs.flatMap(({ command }) => scriptsIn(root, command)),
    // A unit has commands before and after the one that it starts, too.
    ...started.map(({ at }) => at.file).filter((file) => /^\/etc\/(init\.d|systemd\/system)\//.test(file)),
    ...FOLDERS.flatMap(runIn(root)),
    ...SETTINGS.flatMap((folder) => root.list(folder).map((name) => `${folder}/${name}`)),
  ])
  const inScripts = [...scripts].flatMap((file) => jobsOf(root, file))
  const lines = [
    ...jobs.filter(({ command }) => decides(command)),
    // In the commands themselves `shutdowns` sees to it.
    ...inScripts.filter(({ command }) => decides(command) || STOPS.test(command)),
  ]
  const places = new Map(lines.map((job) => [`${job.at.file}:${job.at.line}`, job]))
  return [...places.values()].filter(({ at }) => !isOfPackages(root, at.file, STOCK)).map(unproved)
}

/** Packages of Raspberry Pi whose programs make accounts and settings at a start; those of anybody else are judged. */
const STOCK = [
  ...['userconf-pi', 'raspberrypi-sys-mods', 'raspberrypi-net-mods', 'raspberrypi-ui-mods', 'raspi-config'],
  ...['raspi-firmware', 'rpi-eeprom', 'rpi-connect', 'rpi-connect-lite', 'piwiz', 'cloud-init', 'rpi-swap'],
]

/** Folders whose programs root runs: cron, the network, the begin and the end of sleep and of the device. */
const FOLDERS = [
  ...['hourly', 'daily', 'weekly', 'monthly'].map((often) => `/etc/cron.${often}`),
  ...['if-pre-up.d', 'if-up.d', 'if-down.d', 'if-post-down.d'].map((name) => `/etc/network/${name}`),
  ...['', '/pre-up.d', '/pre-down.d', '/no-wait.d'].map((name) => `/etc/NetworkManager/dispatcher.d${name}`),
  ...['if-up.d', 'ip-up.d', 'ip-down.d'].map((name) => `/etc/ppp/${name}`),
  ...['enter', 'exit'].map((name) => `/etc/dhcp/dhclient-${name}-hooks.d`),
  ...['sleep', 'shutdown'].map((name) => `/usr/lib/systemd/system-${name}`),
]

/** Folders of settings with commands in them that root runs. */
const SETTINGS = ['/etc/apt/apt.conf.d', '/etc/logrotate.d', '/etc/udev/rules.d', '/var/spool/cron/atjobs']

const runIn = (root: Tree) => (folder: string) =>
  root
    .list(folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => isExecutable(root, path))

/** Longer ones are programs, or not written by hand. */
const LONGEST = 256 * 1024

/** The scripts that a command names. */
function scriptsIn(root: Tree, command: string): readonly string[] {
  const named = command.match(/(?<![\w.~-])\/(?!dev\/|proc\/|sys\/|run\/)[^\s;&|<>()'"`$*?]+/g) ?? []
  return named.filter((path) => {
    const entry = /\/(\.{0,2})(\/|$)/.test(path) ? undefined : entryAt(root, path)
    return entry?.kind === 'file' && entry.size <= LONGEST && isText(root.read(path))
  })
}

function isText(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && bytes.length > 0 && !bytes.subarray(0, 512).includes(0)
}

function jobsOf(root: Tree, file: string): readonly Job[] {
  return linesOf(root, file).map(({ text, line }) => ({ command: text, at: { file, line } }))
}

const SETUID = /\bchmod\s+(-\S+\s+)*([4-7][0-7]{3}\b|[ugoa]*[+=][rwxXt]*s)|\binstall\b.*(-m|--mode=)\s*[4-7][0-7]{3}\b/
const CHANGES =
  /\b(setcap|useradd|adduser|usermod|gpasswd|chpasswd|newusers|vipw|visudo|pam-auth-update)\b|\bpasswd\s+(-\S+\s+)*[a-z]/
const STOPS =
  /\bsystemctl\b.*\s(stop|disable|mask|kill)\s.*\b(sshd?|NetworkManager|systemd-user-sessions|ufw|nftables)\b|\bsystemctl\b.*\sisolate\s/
const WRITES = />|\b(tee|cp|mv|ln|rm|install|dd|chmod|chown|touch|rsync)\b|\bsed\b.*\s-\w*i/
const DECIDING =
  /\/etc\/(passwd|shadow|group|gshadow|sudoers|sudo\.conf|pam\.(d|conf)|ssh\/|security\/|nologin|hosts\.(deny|allow)|ld\.so\.preload|nsswitch\.conf|polkit-1|doas\.conf)|\bauthorized_keys|\/run\/nologin/

function decides(command: string): boolean {
  return SETUID.test(command) || CHANGES.test(command) || (WRITES.test(command) && DECIDING.test(command))
}

function unproved({ command, at }: Job): Finding {
  return {
    answer: 'unproved',
    way: 'login',
    user: undefined,
    code: 'ACC051',
    at,
    because: `root runs it, and it changes what decides who gets in or becomes root: ${command}`,
    settle: 'take it out, do it in the spec, or accept the code if you know what it does',
  }
}

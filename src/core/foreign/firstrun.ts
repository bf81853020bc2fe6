import { shellWords } from '../../base/encode/shell-words.ts'
import { Secret } from '../../base/secret.ts'
import { takeHash, takeImportId, takeKey } from './accounts-said.ts'
import { COUNTRY, Findings, type ForeignFile, userOf, wifiOf } from './fact.ts'
import { leaveConnect } from './why-not.ts'
import { readWpaSupplicant } from './wpa-supplicant.ts'

/** The name that keys and hashes are for where the script does not rename the first user. */
const STOCK_USER = 'pi'

/**
 * Imager's firstrun.sh: its own lines are recognised, those of 1.7 to 2.0 (by `imager_custom` and `userconf`) and what it writes
 * for images that have neither. Nothing is run; any other line is left.
 */
export function readFirstrun({ name: file, text }: ForeignFile): Findings {
  const found = new Findings(file)
  const lines = withoutFallbacks(text.split(/\r?\n/))
  const user = lines.flatMap(({ text: line }) => wordsAfter(line, 'userconf')?.[0] ?? [])[0] ?? STOCK_USER
  for (let i = 0; i < lines.length; i += 1) {
    const { text: line, number } = lines[i] as Line
    const [, target = '', mark = ''] = /^cat\s*>>?\s*(\S+)\s*<<-?\s*'?"?(\w+)'?"?$/.exec(line) ?? []
    if (mark !== '') {
      const end = lines.findIndex((one, at) => at > i && one.text === mark)
      const body = lines.slice(i + 1, end === -1 ? undefined : end)
      takeHeredoc(found, { target, body, user, file })
      i = end === -1 ? lines.length : end
    } else if (line !== '' && !line.startsWith('#')) takeLine(found, line, number, user)
  }
  found.suppose(['ssh', 'enabled'], false)
  return found
}

interface Line {
  /** Without space around it. */
  readonly text: string
  readonly number: number
}

/** Without the `else` of `if [ -f …/imager_custom ]` and of `if [ -f …/userconf ]`: it is for other images. */
function withoutFallbacks(all: readonly string[]): readonly Line[] {
  const open: { readonly isImager: boolean; inElse: boolean }[] = []
  const kept: Line[] = []
  for (const [index, raw] of all.entries()) {
    const text = raw.trim()
    if (/^if\b/.test(text)) open.push({ isImager: /\/(imager_custom|userconf)\b/.test(text), inElse: false })
    const here = open.at(-1)
    if (text === 'else' && here !== undefined) here.inElse = true
    const isFallback = open.some(({ isImager, inElse }) => isImager && inElse)
    if (/^fi\b/.test(text)) open.pop()
    if (!isFallback && !/^(if\b|else$|fi\b)/.test(text)) kept.push({ text, number: index + 1 })
  }
  return kept
}

/** The arguments of a program of Imager's at the start of a line. */
function wordsAfter(line: string, program: string): readonly string[] | undefined {
  const [, rest] = new RegExp(`^(?:/\\S*/)?${program}\\s+(.*)$`).exec(line) ?? []
  return rest === undefined ? undefined : shellWords(rest)
}

const OWN_LINE =
  /^(set [+-]e|exit 0|CURRENT_HOSTNAME=|FIRSTUSER(HOME)?=|sed -i .*\/(etc\/hosts|etc\/sudoers\.d\/010_pi-nopasswd|cmdline\.txt|lightdm\.conf|autologin\.conf)|rm -f \/boot\/(firmware\/)?firstrun\.sh|rm -f \/etc\/localtime|rfkill unblock|for filename in \/var\/lib\/systemd\/rfkill|do$|done$|echo 0 ?> ?"?\$filename|chmod 600 \/etc\/wpa_supplicant|dpkg-reconfigure -f noninteractive|(chown|chmod|install)\b.*\.ssh\b|(usermod|groupmod)\b|chmod 0?440 \/etc\/sudoers\.d\/)/

/** What Imager writes to sign in to Raspberry Pi Connect, beside the key itself. */
const CONNECT = /rpi-connect|TARGET_(USER|HOME)|SYSTEMD_USER_BASE|UNIT_SRC|linger|^sleep 2$/

function takeLine(found: Findings, line: string, at: number, user: string): void {
  const custom = wordsAfter(line, 'imager_custom')
  const renamed = wordsAfter(line, 'userconf')
  if (custom !== undefined) {
    takeCommand(found, custom, at, user)
    return
  }
  if (renamed !== undefined) {
    const [name = '', hash = ''] = renamed
    found.set([...userOf(name), 'name'], name, at)
    takeHash(found, name, hash, at)
    return
  }
  const [, key] = /^install\b.*<\(printf "([^"]+)"\).*authorized_keys/.exec(line) ?? []
  if (key !== undefined) {
    takeKey(found, user, key.replace(/\\n$/, ''), at)
    return
  }
  const [, hostname] = /^echo\s+"?([\w.-]+)"?\s*>\s*\/etc\/hostname$/.exec(line) ?? []
  if (hostname !== undefined) {
    found.set(['device', 'hostname'], hostname, at)
    return
  }
  const [, zone] = /^echo\s+"([^"]+)"\s*>\s*\/etc\/timezone$/.exec(line) ?? []
  if (zone !== undefined) {
    found.set(['device', 'timezone'], zone, at)
    return
  }
  const [, account, hash] = /^echo\s+"(\$FIRSTUSER|\w[\w-]*):"?'?([^'"|\s]+)['"]?\s*\|\s*chpasswd -e$/.exec(line) ?? []
  if (account !== undefined && hash !== undefined) {
    takeHash(found, account === '$FIRSTUSER' ? user : account, hash, at)
    return
  }
  const [, sudoer] = /^echo\s+["']([\w-]+) ALL=\(ALL(?::ALL)?\) NOPASSWD: ?ALL["']\s*>/.exec(line) ?? []
  if (sudoer !== undefined) {
    found.set([...userOf(sudoer), 'sudo'], 'nopasswd', at)
    return
  }
  if (/^echo 'PasswordAuthentication no'/.test(line)) {
    found.set(['ssh', 'passwordAuthentication'], false, at)
    return
  }
  if (/^systemctl (-q )?enable (--now )?sshd?$/.test(line)) {
    found.set(['ssh', 'enabled'], true, at)
    return
  }
  if (CONNECT.test(line)) return
  if (!OWN_LINE.test(line))
    found.leave('a line of its own', 'scripts are not read: what it does belongs in firstBoot.scripts', at)
}

/** The commands of raspberrypi-sys-mods' imager_custom. */
function takeCommand(found: Findings, [command = '', ...words]: readonly string[], at: number, user: string): void {
  const [first = ''] = words
  if (command === 'set_hostname') found.set(['device', 'hostname'], first, at)
  else if (command === 'set_timezone') found.set(['device', 'timezone'], first, at)
  else if (command === 'set_keymap') found.set(['device', 'keyboard'], first, at)
  else if (command === 'set_wlan_country') found.set(COUNTRY, first, at)
  else if (command === 'import_ssh_id') for (const id of words) takeImportId(found, id, at)
  else if (command === 'enable_ssh') takeSsh(found, words, at, user)
  else if (command === 'set_wlan') takeWlan(found, words, at)
  else found.leave(`imager_custom ${command}`, 'a command that is not known', at)
}

function takeSsh(found: Findings, words: readonly string[], at: number, user: string): void {
  const has = (...flags: readonly string[]) => words.some((word) => flags.includes(word))
  found.set(['ssh', 'enabled'], !has('-d', '--disabled'), at)
  if (has('-k', '--key-only')) found.set(['ssh', 'passwordAuthentication'], false, at)
  else if (has('-p', '--pass-auth')) found.set(['ssh', 'passwordAuthentication'], true, at)
  for (const key of words.filter((word) => !word.startsWith('-'))) takeKey(found, user, key, at)
}

function takeWlan(found: Findings, words: readonly string[], at: number): void {
  const flags = words.filter((word) => /^(-h|--hidden|-p|--plain)$/.test(word))
  const [ssid = '', psk = '', country = ''] = words.filter((word) => !flags.includes(word))
  if (country !== '') found.set(COUNTRY, country.toUpperCase(), at)
  const path = wifiOf(ssid)
  found.set([...path, 'ssid'], ssid, at)
  if (psk !== '') found.set([...path, 'pskFile'], new Secret(psk), at)
  if (flags.some((flag) => /^(-h|--hidden)$/.test(flag))) found.set([...path, 'hidden'], true, at)
}

interface Heredoc {
  readonly target: string
  readonly body: readonly Line[]
  readonly user: string
  readonly file: string
}

function takeHeredoc(found: Findings, { target, body, user, file }: Heredoc): void {
  if (/wpa_supplicant\.conf/.test(target)) {
    const text = body.map((line) => line.text).join('\n')
    const wifi = readWpaSupplicant({ name: file, text }, (body[0]?.number ?? 1) - 1)
    found.facts.push(...wifi.facts)
    found.left.push(...wifi.left)
    return
  }
  for (const { text, number } of body) {
    const [, name, value = ''] = /^(XKBLAYOUT|XKBVARIANT)="([^"]*)"$/.exec(text) ?? []
    if (/authorized_keys/.test(target)) takeKey(found, user, text, number)
    else if (name !== undefined && value !== '')
      found.set(['device', name === 'XKBLAYOUT' ? 'keyboard' : 'keyboardVariant'], value, number)
  }
  const line = (body[0]?.number ?? 1) - 1
  if (/\.connect\//.test(target)) leaveConnect(found, line)
  else if (!/authorized_keys|default\/keyboard/.test(target))
    found.leave(`the file ${target}`, 'scripts are not read: what it holds belongs in files', line)
}

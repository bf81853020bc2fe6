import * as v from 'valibot'
import { shellWords } from '../../base/encode/shell-words.ts'
import { isIP } from '../../base/host/addresses.ts'
import { utf8 } from '../../base/host/bytes.ts'
import { type Code, isUnproved } from '../../base/report/codes.ts'
import { suggest } from '../../base/report/suggest.ts'
import { MODEL_FILTERS } from '../../device/formats/boards.ts'
import { LINE_LENGTH } from '../../device/formats/config-txt.ts'
import { judgeCryptHash } from '../../device/formats/crypt-hash.ts'
import { readPublicKey } from '../../device/formats/mistaken-key.ts'
import { hostBitsClear } from '../../device/formats/network.ts'
import type { PublicKey } from '../../device/formats/public-key.ts'
import { isCalendarEvent } from '../../device/systemd/calendar.ts'
import { isCountry } from './countries.ts'
import { isReservedName } from './reserved-names.ts'
import { checked, type Fault, parsed, shaped } from './values.ts'

/** The kinds of value that several keys of the spec share, each with its own syntax. */

const USER_NAME = /^[a-z_][a-z0-9_-]{0,30}$/

export const userName = (description: string) =>
  checked((name) => {
    if (!USER_NAME.test(name)) {
      return {
        code: 'USR001',
        predicate: 'is not a user name',
        hint: 'a lower-case letter or _, then up to 30 of a-z 0-9 _ -',
      }
    }
    if (isReservedName(name))
      return {
        code: 'USR002',
        predicate: `must not be '${name}', which is an account of the system`,
        hint: 'choose another name',
      }
    return undefined
  }, description)

export const unprovedCode = (description: string) =>
  checked(
    (code) =>
      isUnproved(code)
        ? undefined
        : {
            code: 'SPC013',
            predicate: 'is not the code of something that can be accepted',
            hint: 'the message that refuses the image names the code, ACC050 to ACC060',
          },
    description,
  )

export const accountName = (description: string) =>
  shaped(
    USER_NAME,
    {
      code: 'USR001',
      predicate: 'is not a user or group name',
      hint: 'a lower-case letter or _, then up to 30 of a-z 0-9 _ -',
    },
    description,
  )

export const groupName = (description: string) =>
  shaped(
    USER_NAME,
    {
      code: 'USR008',
      predicate: 'is not a group name',
      hint: 'a lower-case letter or _, then up to 30 of a-z 0-9 _ -',
    },
    description,
  )

/** As sshd_config(5) PATTERNS, `user` or `user@host`; no spaces, no quotes. */
export const userPattern = (description: string) =>
  shaped(
    /^[a-z_*?][a-z0-9_.*?-]{0,31}(@[!0-9A-Za-z.:*?/_-]{1,255})?$/,
    { code: 'SSH002', predicate: 'is not a user name or a pattern user@host', hint: 'one name an entry' },
    description,
  )

/** A name in a certificate; sshd takes the last word of a line for it, and `#` begins a comment (auth2-pubkeyfile.c). */
export const principal = (description: string) =>
  shaped(
    /^[A-Za-z0-9_][A-Za-z0-9_.@:+/-]{0,127}$/,
    { code: 'SSH008', predicate: 'is not a name for certificates', hint: 'letters, digits and _ . @ : + / -' },
    description,
  )
/** Labels of letters, digits and `-`, not digits alone (RFC 1123). */
const HOST_NAME =
  /^(?=.{1,253}$)(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

/** The name of any host, or an IPv4 address. */
export const hostname = (description: string) =>
  shaped(
    HOST_NAME,
    {
      code: 'NET001',
      predicate: 'is not a host name (RFC 1123)',
      hint: 'letters, digits and -, at most 63 a part, not digits alone, - not first or last',
    },
    description,
  )

/** The name of a host, or an address. */
export const timeServer = (description: string) =>
  checked(
    (text) =>
      HOST_NAME.test(text) || isIP(text) !== 0
        ? undefined
        : { code: 'NET001', predicate: 'is not a host name or an address', hint: 'e.g. ntp.example.org or 192.0.2.1' },
    description,
  )

/** `http://HOST:PORT`: a proxy that asks for nothing. */
export const proxyUrl = (description: string) =>
  checked((text) => {
    const fault = (predicate: string, hint: string): Fault => ({ code: 'NET028', predicate, hint })
    if (/^[a-z]+:\/\/[^/]*@/i.test(text)) {
      const hint = 'every program and user of the device reads it: let the proxy know the device by its address'
      return fault('holds a name or a password', hint)
    }
    const [, host = '', port = '1'] = /^https?:\/\/([^/:@]+)(?::(\d{1,5}))?\/?$/.exec(text) ?? []
    return HOST_NAME.test(host) && Number(port) >= 1 && Number(port) <= 65535
      ? undefined
      : fault('is not the address of a proxy', 'e.g. http://proxy.example.org:3128')
  }, description)

/** What is fetched without the proxy: a host, all of a domain (`.example.org`), an address. */
export const proxyException = (description: string) =>
  checked(
    (text) =>
      HOST_NAME.test(text.replace(/^\./, '')) || isIP(text) !== 0
        ? undefined
        : { code: 'NET028', predicate: 'is not a host, a domain or an address', hint: 'e.g. .example.org, 192.0.2.1' },
    description,
  )

export const timezone = (description: string) =>
  shaped(
    /^(?:UTC|[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+){1,2})$/,
    {
      code: 'NET002',
      predicate: 'is not a time zone',
      hint: 'as in timedatectl list-timezones, e.g. Europe/Vienna or UTC',
    },
    description,
  )

export const locale = (description: string) =>
  shaped(
    // Some have UTF-8 without saying so, such as sr_RS@latin; the image's list decides.
    /^(?:C\.UTF-8|[a-z]{2,3}(?:_[A-Z]{2})?\.UTF-8(?:@[a-z]+)?|[a-z]{2,3}_[A-Z]{2}@[a-z]+)$/,
    { code: 'NET003', predicate: 'is not a UTF-8 locale', hint: 'as in /etc/locale.gen, e.g. en_GB.UTF-8' },
    description,
  )

export const keyboard = (description: string) =>
  shaped(
    /^[a-z]{2,8}$/,
    { code: 'NET004', predicate: 'is not a keyboard layout', hint: 'an XKB layout such as gb, us, de' },
    description,
    { code: 'NET004', predicate: 'is not a keyboard layout', hint: 'put it in quotes' },
  )

export const keyboardVariant = (description: string) =>
  shaped(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/,
    { code: 'NET026', predicate: 'is not the variant of a keyboard layout', hint: 'e.g. nodeadkeys, dvorak, intl' },
    description,
  )

export const country = (description: string) =>
  checked((code) => {
    if (isCountry(code)) return undefined
    const upper = code.toUpperCase()
    const hint = isCountry(upper) ? `write ${upper}` : 'two capital letters of ISO 3166, e.g. AT, GB (not UK)'
    return { code: 'NET005', predicate: 'is not a country code', hint }
  }, description)

/** At most 32 bytes (IEEE 802.11). */
export const ssid = (description: string) =>
  checked((name) => {
    const { length } = utf8(name)
    return length >= 1 && length <= 32 ? undefined : { code: 'NET006', predicate: 'must be 1 to 32 bytes long' }
  }, description)

/** A name for 802.1X: RADIUS has room for 253 bytes (RFC 2865, User-Name). */
export const identity = (description: string) =>
  checked((name) => {
    const { length } = utf8(name)
    return length >= 1 && length <= 253 ? undefined : { code: 'NET012', predicate: 'must be 1 to 253 bytes long' }
  }, description)

export const passwordHash = (description: string) =>
  checked((hash) => {
    const complaint = judgeCryptHash(hash)
    if (complaint === undefined) return undefined
    return {
      code: complaint.weak ? 'USR004' : 'USR003',
      predicate: complaint.message,
      hint: 'make one with: pibake hash-password',
    }
  }, description)

export const publicKey = (description: string) => parsed(readKey, description)

/** A public key, or what is wrong with it in a spec's words. */
export function readKey(text: string): PublicKey | Fault {
  const key = readPublicKey(text)
  if (!('reason' in key)) return key
  const codes = {
    'not-a-key': 'KEY001',
    private: 'KEY002',
    format: 'KEY003',
    lines: 'SPC006',
    weak: 'KEY004',
    certificate: 'KEY005',
    options: 'KEY006',
  } as const
  return { code: codes[key.reason], predicate: key.message, hint: key.hint }
}

/** A pattern for the `from=` option (sshd(8)): address, CIDR or host name pattern, `!` for "not". */
export const fromPattern = (description: string) =>
  checked((pattern) => {
    const bare = pattern.replace(/^!/, '')
    const [address = '', length] = bare.split('/')
    const fault = (hint: string): Fault => ({
      code: 'KEY007',
      predicate: 'is not an address, a network or a host pattern',
      hint,
    })
    if (!/^[0-9A-Za-z.:*?_-]+(\/\d{1,3})?$/.test(bare)) return fault('e.g. 192.0.2.0/24, 2001:db8::/32, *.example.org')
    if (length === undefined) return undefined
    const family = isIP(address)
    if (family === 0) return fault('a network is an address, a slash and a length')
    if (Number(length) > (family === 4 ? 32 : 128)) return fault(`the length is at most ${family === 4 ? 32 : 128}`)
    return hostBitsClear(address, Number(length))
      ? undefined
      : fault('the address has bits beyond the length; sshd would ignore the key')
  }, description)

/** A name at GitHub (its own rule: letters, digits and single hyphens inside). */
export const githubName = (description: string) =>
  shaped(
    /^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$/,
    { code: 'KEY012', predicate: 'is not a name at GitHub', hint: 'as in https://github.com/NAME' },
    description,
  )

/** A name at Launchpad, without the `~`. */
export const launchpadName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9+.-]{0,62}$/,
    { code: 'KEY012', predicate: 'is not a name at Launchpad', hint: 'as in https://launchpad.net/~NAME' },
    description,
  )

/** An address without a login in it, which a lock would show. */
export const httpsAddress = (description: string) =>
  shaped(
    /^https:\/\/[A-Za-z0-9][A-Za-z0-9.-]{0,252}(:[0-9]{1,5})?\/[!-~]{0,1000}$/,
    { code: 'KEY012', predicate: 'is not an address of keys', hint: 'https://HOST/PATH, without a user or a password' },
    description,
  )

/** sshd(8), permitopen: a host or an address, IPv6 in brackets, and a port, or `*` for all ports. */
export const permitOpen = (description: string) =>
  checked((target) => {
    const [, host = '', port = ''] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.*_-]+):(\*|[0-9]{1,5})$/.exec(target) ?? []
    const isAddress = !host.startsWith('[') || isIP(host.slice(1, -1)) === 6
    const isPort = port === '*' || (Number(port) >= 1 && Number(port) <= 65_535)
    return host !== '' && isAddress && isPort
      ? undefined
      : { code: 'KEY014', predicate: 'is not HOST:PORT', hint: 'e.g. 192.0.2.5:5432, nas.lan:443, [2001:db8::1]:80' }
  }, description)

/** A day that the calendar has, `YYYY-MM-DD`. */
export const day = (code: Code, description: string) =>
  checked((date) => {
    const time = Date.parse(`${date}T00:00:00Z`)
    const real = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
    return real ? undefined : { code, predicate: 'is not a date', hint: 'YYYY-MM-DD, e.g. 2027-01-31' }
  }, description)

export const timeOfDay = (description: string) =>
  shaped(
    /^([01]\d|2[0-3]):[0-5]\d$/,
    { code: 'UPD001', predicate: 'is not a time of day', hint: 'HH:MM, e.g. 04:30' },
    description,
    { code: 'UPD001', predicate: 'is not a time of day', hint: 'HH:MM in quotes, e.g. "04:30"' },
  )

/** An address as mail programs take it without quotes (RFC 5321, dot-string @ domain), or a local account. */
export const mailAddress = (description: string) =>
  shaped(
    /^[\w!#$%&'*+/=?^`{|}~.-]{1,64}(?:@[A-Za-z0-9.-]{1,253})?$/,
    { code: 'ALR004', predicate: 'is not a mail address', hint: 'e.g. alice@example.org' },
    description,
  )

/** deb-control(5) package names. */
export const packageName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9+.-]{1,127}$/,
    { code: 'PKG001', predicate: 'is not a package name', hint: 'lower-case letters, digits, + - .' },
    description,
  )

/** What files of a source of packages are called after. */
export const sourceName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9-]{0,40}$/,
    { code: 'PKG010', predicate: 'is not a name for a source', hint: 'lower-case letters, digits and -' },
    description,
  )

/** An address of an archive: http too, for its lists are signed. */
export const archiveAddress = (description: string) =>
  shaped(
    /^https?:\/\/[a-z0-9][a-z0-9.-]{0,252}(:[0-9]{1,5})?(\/[A-Za-z0-9._~+%:=-]+)*\/?$/,
    {
      code: 'PKG010',
      predicate: 'is not an address of an archive',
      hint: 'http(s)://HOST/PATH, the host in lower case, no user or password',
    },
    description,
  )

/** A suite, or with a `/` at its end a path; a component (sources.list(5)). */
export const archivePart = (description: string) =>
  shaped(
    /^(?:\.\/|[A-Za-z0-9][A-Za-z0-9.+~_-]*(?:\/[A-Za-z0-9.+~_-]+)*\/?)$/,
    {
      code: 'PKG010',
      predicate: 'is not a suite or a component',
      hint: 'e.g. trixie, stable, main; see sources.list(5)',
    },
    description,
  )

export const sha256 = (description: string) =>
  shaped(
    /^[0-9a-f]{64}$/,
    { code: 'PKG006', predicate: 'is not a SHA-256', hint: '64 lower-case hex digits, as sha256sum prints them' },
    description,
  )

/** A moment in UTC that the calendar has. */
export const moment = (description: string) =>
  checked((text) => {
    const time = Date.parse(text)
    const isReal =
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) &&
      !Number.isNaN(time) &&
      new Date(time).toISOString() === text.replace('Z', '.000Z')
    return isReal ? undefined : { code: 'PKG007', predicate: 'is not a moment', hint: '"2026-11-01T00:00:00Z", in UTC' }
  }, description)

/** systemd.unit(5); without a suffix it is a service. */
export const unitName = (description: string) =>
  shaped(
    /^[A-Za-z0-9:_.\\@-]{1,240}$/,
    {
      code: 'SVC010',
      predicate: 'is not the name of a systemd unit',
      hint: 'e.g. avahi-daemon or avahi-daemon.socket',
    },
    description,
  )

/** Part of a unit's name that needs no escape. */
export const jobName = (description: string) =>
  shaped(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    { code: 'SVC020', predicate: 'is not a name for a job', hint: 'lower-case letters, digits and -' },
    description,
  )

/** Words that only a shell acts on. */
const SHELL = /^(?:[0-9&]?(?:>>?|<)(?:&[0-9])?|\|\|?|&&?|;)$/

export const jobCommand = (description: string) =>
  checked((command) => {
    const fault = (predicate: string, hint: string): Fault => ({ code: 'SVC020', predicate, hint })
    const words = shellWords(command)
    if (words === undefined) return fault('holds a quote that is not closed', 'close it')
    if (!/^\/[^/]/.test(words[0] ?? ''))
      return fault('does not begin with the path of a program', 'the whole path, e.g. /usr/local/bin/backup')
    if (words.some((word) => SHELL.test(word)))
      return fault('holds a word that only a shell acts on', "let a shell do it: /bin/sh -c '…', or a script in files")
    return undefined
  }, description)

export const calendarEvent = (description: string) =>
  checked((text) => {
    const hint = 'as in systemd.time(7): daily, "04:30", "Mon *-*-* 06:00", "*:0/15"'
    return isCalendarEvent(text)
      ? undefined
      : { code: 'SVC019', predicate: 'is not a time for a timer of systemd', hint }
  }, description)

/** A path as it will stand on the device: absolute and without detours. */
export const devicePath = (code: Code, description: string) =>
  checked((path) => {
    const plain = /^(\/[^/]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path) && utf8(path).length <= 1024
    return plain
      ? undefined
      : { code, predicate: 'is not a plain absolute path', hint: 'starts with /, does not end with it, no //, . or ..' }
  }, description)

/** A path of the device in whose name nothing has a meaning of its own to any program that reads it. */
export const plainFolder = (code: Code, description: string) =>
  checked((path) => {
    const isPlain = /^(\/[A-Za-z0-9_+@.-]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path) && path.length <= 200
    return isPlain
      ? undefined
      : { code, predicate: 'is not a plain absolute path', hint: 'e.g. /srv/sftp/alice: letters, digits and _ + @ . -' }
  }, description)

/** A file beside the spec. */
export const referenced = (description: string) =>
  checked((path) => {
    if (path === '') return { code: 'SPC007', predicate: 'names no file' }
    return path.startsWith('~')
      ? {
          code: 'SPC007',
          predicate: 'starts with ~, which is not expanded',
          hint: 'write in place of ~ what this prints: echo ~',
        }
      : undefined
  }, description)

export const fileMode = (description: string) => {
  const hint = 'in quotes, four octal digits: "0644" (unquoted, YAML reads the decimal number 644)'
  return shaped(/^0?[0-7]{3}$|^[0-7]{4}$/, { code: 'FIL011', predicate: 'is not a file mode', hint }, description, {
    code: 'FIL011',
    predicate: 'must be quoted: YAML reads a number here, not an octal mode',
    hint,
  })
}

/** Arguments of an sshd keyword: one line; sshd's own reading of it is checked against the image. */
export const settingValue = (description: string) =>
  checked((argument) => {
    return argument.trim() === ''
      ? { code: 'SSH003', predicate: 'has no argument', hint: 'an empty keyword keeps sshd from starting' }
      : undefined
  }, description)

/** A rule of ufw; its grammar is checked by `rules/`. */
export const ufwRule = (description: string) => checked(() => undefined, description)

export const sysctlValue = (description: string) =>
  shaped(
    /^[!-~]+( [!-~]+)*$/,
    { code: 'SVC011', predicate: 'is not a sysctl value', hint: 'e.g. "1", or several numbers with one space between' },
    description,
  )

export const moduleName = (description: string) =>
  shaped(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,55}$/,
    { code: 'SVC012', predicate: 'is not the name of a kernel module' },
    description,
  )

export const size = (description: string) =>
  shaped(
    /^[1-9]\d{0,5}[KMG]$/,
    { code: 'SVC013', predicate: 'is not a size', hint: 'a number with K, M or G, e.g. 64M' },
    description,
  )

/** What may stand between the brackets, of those that hold for a board or a thing at it. */
const FILTER = new RegExp(
  `^(?:all|${MODEL_FILTERS.map((name) => name.replace('+', '\\+')).join('|')}|board-type=0x[0-9a-f]{1,2}|0x[0-9a-f]{1,16}|gpio\\d{1,2}=[01]|EDID=[A-Za-z0-9_-]{1,60}|HDMI:[01])$`,
)

export const configFilter = (description: string) =>
  checked((filter) => {
    if (FILTER.test(filter)) return undefined
    const near = suggest(filter, ['all', ...MODEL_FILTERS])
    return {
      code: 'HWR003',
      predicate: 'is not a filter of config.txt',
      hint:
        near === undefined ? `without brackets, one of: all, ${MODEL_FILTERS.join(', ')}` : `did you mean '${near}'?`,
    }
  }, description)

export const configLine = (description: string) =>
  checked((line) => {
    const fault = (predicate: string, hint: string): Fault => ({ code: 'HWR003', predicate, hint })
    if (line.length > LINE_LENGTH)
      return fault(`is longer than ${LINE_LENGTH} characters`, 'the firmware reads no more')
    return /^[a-z][a-z0-9_]*(?::[01])?=[!-~]([ -~]*[!-~])?$|^dtoverlay=$/i.test(line)
      ? undefined
      : fault('is not a line of config.txt', 'KEY=VALUE without spaces around =, e.g. gpu_mem=16')
  }, description)

export const kernelArgument = (description: string) =>
  checked((word) => {
    const fault = (predicate: string): Fault => ({
      code: 'HWR005',
      predicate,
      hint: 'one word an entry, e.g. cgroup_enable=memory',
    })
    if (/firstboot|resize/.test(word)) return fault('holds a word by which the image knows its own first start')
    return /^[!#-~]{1,256}$/.test(word) ? undefined : fault('is not one word of printable ASCII without quotes')
  }, description)

export const mountSource = (description: string) =>
  checked((what) => {
    const isOne =
      /^((PART)?UUID=[A-Za-z0-9-]{4,64}|(PART)?LABEL=[^\s,"'\\#][^,"'\\\t]{0,63}|\/dev\/[^\s"'\\]+|tmpfs|[A-Za-z0-9.[\]:_-]+:\/[^"'\\]*|\/\/[^\s/"'\\]+\/[^"'\\]+)$/.test(
        what,
      )
    return isOne
      ? undefined
      : {
          code: 'MNT001',
          predicate: 'is not something that can be mounted',
          hint: 'PARTUUID=…, UUID=…, LABEL=…, /dev/…, SERVER:/PATH, //SERVER/SHARE or tmpfs',
        }
  }, description)

export const mountOption = (description: string) =>
  checked((option) => {
    if (/^(?:password|pass|passwd|credentials|cred)(?:$|=|2=)/.test(option))
      return {
        code: 'MNT004',
        predicate: 'holds a password, and everybody may read fstab',
        hint: 'credentialsFile: a file with lines username=… and password=…',
      }
    const fault = (predicate: string, hint: string): Fault => ({ code: 'MNT001', predicate, hint })
    if (!/^[!#-&(-+\--~]+$/.test(option))
      return fault('is not one option', 'one an entry, without comma, space or quote')
    if (/^(suid|dev|r?bind|remount|move|users?|owner|group|defaults)$/.test(option))
      return fault('is an option that a mount of a spec does not have', 'nosuid and nodev are always on')
    return /^x-(?!systemd\.(automount|idle-timeout=|device-timeout=|mount-timeout=))/.test(option)
      ? fault(
          'would have other units wait for the mount',
          'of x-…: x-systemd.automount, .idle-timeout, .device-timeout, .mount-timeout',
        )
      : undefined
  }, description)

/** A value of a jail's keyword: one line of text, a number, or a truth value. */
export const jailValue = v.union([checked(() => undefined, 'Text.'), v.number(), v.boolean()])

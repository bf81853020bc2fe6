import { assertVisible, EncodeError, type Encoder, only } from '../../base/encode/encode.ts'
import { html } from '../../base/encode/html.ts'
import { ini } from '../../base/encode/ini.ts'
import { keyfile } from '../../base/encode/keyfile.ts'
import { nft } from '../../base/encode/nft.ts'
import { unit } from '../../base/encode/unit.ts'
import { sshd } from '../../device/sshd/encode.ts'
import { sudoers } from '../../device/sudo/encode.ts'
import { commandLine } from '../../device/systemd/encode.ts'
import { ufw } from '../../device/ufw/encode.ts'

/**
 * One encoder per grammar that a template may name. A grammar with quoting rules of its own gets a file of its own
 * beside this one.
 */
export const grammars = {
  /** A file whose whole content is one value, e.g. /etc/hostname. */
  line: (value) => {
    assertVisible(value)
    if (value !== value.trim()) throw new EncodeError('starts or ends with a space')
    return value
  },
  /** One word without spaces: unit names, preset lines. */
  word: only(/[A-Za-z0-9:_.@\\-]+/, 'not a plain word'),
  /** Between the double quotes of apt.conf(5), which has no way to quote a quote. */
  apt: only(/[A-Za-z0-9 ._:=,+/-]*/, 'not a plain apt.conf value'),
  /** A value of Debian's control format on one line (deb822(5)). */
  deb822: only(/[!-~]+(?: [!-~]+)*/, 'not a plain value of one line'),
  /** A service's command line, and names. */
  command: commandLine,
  /** A field of fstab(5), in which white space and backslashes are octal. */
  fstab: (value) => {
    assertVisible(value)
    if (value === '' || value.startsWith('#')) throw new EncodeError('is empty or begins with #')
    return value.replaceAll('\\', '\\134').replaceAll(' ', '\\040')
  },
  html,
  ini,
  keyfile,
  /** A module's name in modprobe.d(5). */
  modprobe: only(/[A-Za-z0-9_-]+/, 'not a module name'),
  sshd,
  sudoers,
  /** A key or a value of sysctl.d(5); the first `=` of a line ends the key. */
  sysctl: only(
    /[A-Za-z0-9|/](?:[A-Za-z0-9_.:,%*|/+ -]*[A-Za-z0-9_.:,%*|/+-])?|-[0-9]+/,
    'not a plain sysctl key or value',
  ),
  unit,
  nft,
  /** /etc/ufw/*.rules, /etc/ufw/ufw.conf, /etc/default/ufw. */
  ufw,
} as const satisfies Record<string, Encoder>

export type Grammar = keyof typeof grammars

/** What a program that lets people in does with them. */
export interface Daemon {
  /** `open`: it lets accounts in by itself; `unproved`: what it lets in is in a configuration of its own. */
  readonly answer: 'open' | 'unproved'
  readonly does: string
}

const PASSWORDS: Daemon = { answer: 'open', does: 'lets accounts log in with their passwords' }
const TRUST: Daemon = { answer: 'open', does: 'lets accounts log in on the word of other machines' }
const SCREEN: Daemon = { answer: 'unproved', does: 'shows the screen to others, as its own configuration says' }
const OWN: Daemon = { answer: 'unproved', does: 'lets people in as its own configuration says' }

/** By the name of the program. */
const DAEMONS: readonly (readonly [name: RegExp, daemon: Daemon])[] = [
  [/^(dropbear|tinysshd\S*|lshd)$/, PASSWORDS],
  [/^(in\.)?(telnetd|utelnetd|telnetd-ssl)$/, PASSWORDS],
  [/^(in\.)?(rlogind|rshd|rexecd)$/, TRUST],
  [/^(shellinaboxd|ttyd|gotty|wetty)$/, { answer: 'open', does: 'opens a shell in a browser' }],
  [/^(cockpit-ws|cockpit-tls|miniserv\.pl|webmin)$/, PASSWORDS],
  [/^(xrdp|xrdp-sesman)$/, PASSWORDS],
  [
    /^(wayvnc|x11vnc|x0vncserver|Xvnc|Xtightvnc|tightvncserver|vncserver-x11\S*|krfb|rustdesk|anydesk|teamviewerd|nxserver\S*)$/,
    SCREEN,
  ],
  [/^(teleport|code-server|jupyter\S*|guacd)$/, OWN],
]

const RELAYS = /^(nc|ncat|netcat|nc\.(traditional|openbsd)|socat)$/
const GIVES_SHELL = /(^|\s)(-e|-c|--exec|--sh-exec)(\s|=)|\b(EXEC|SYSTEM):/i

/** What the words of a command, or of a line for a shell, start; undefined: no program that is known to let people in. */
export function loginDaemonIn(words: readonly string[]): Daemon | undefined {
  const each = words.flatMap((word) => word.split(/[\s;&|()`"']+/)).filter((word) => word !== '')
  const names = each.map((word) => word.slice(word.lastIndexOf('/') + 1))
  const known = DAEMONS.find(([name]) => names.some((own) => name.test(own)))?.[1]
  if (known !== undefined) return keysOnly(names, known)
  const relays = names.some((name) => RELAYS.test(name)) && GIVES_SHELL.test(words.join(' '))
  return relays ? { answer: 'open', does: 'hands a program to whoever connects' } : undefined
}

/** dropbear -s takes keys alone, of the same files as sshd, and asks no AllowUsers. */
function keysOnly(names: readonly string[], daemon: Daemon): Daemon {
  if (!names.includes('dropbear') || !names.some((word) => /^-[A-Za-z]*s[A-Za-z]*$/.test(word))) return daemon
  return { answer: 'unproved', does: 'lets in whoever has a key, whatever AllowUsers of sshd says' }
}

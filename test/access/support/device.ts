import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { Container } from '../../system/support/container.ts'
import type { Image } from '../../system/support/dress.ts'
import { run } from '../../system/support/run.ts'
import { ADDRESSES, Field, INTERFACES, spares } from './field.ts'
import { type Client, clients, type Keys, PASSWORD } from './site.ts'
import { type Said, talk } from './talk.ts'
import { type Terminal, Terminals } from './terminals.ts'
import type { Sudo, Truth } from './truth.ts'

const SPARE_TERMINALS: readonly Terminal[] = ['tty11', 'tty12', 'tty13', 'tty14', 'tty15']

/** The people who try devices: keys of their own, a field to sit in, and what a client needs. */
export class Visitors {
  readonly field = new Field()
  readonly keys: Keys
  readonly #place = mkdtempSync(join(tmpdir(), 'pibake-visitors-'))

  constructor() {
    const made = (['alice', 'bob', 'mallory'] as const).map((name) => {
      run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(this.#place, name)])
      return [name, run(['cat', join(this.#place, `${name}.pub`)]).trim()] as const
    })
    this.keys = Object.fromEntries(made) as unknown as Keys
    writeFileSync(join(this.#place, 'ask'), `#!/bin/sh\necho '${PASSWORD}'\n`, { mode: 0o700 })
  }

  remove(): void {
    this.field.remove()
    rmSync(this.#place, { recursive: true })
  }

  /** Starts the device and tries everything. @param kernelArguments its cmdline.txt */
  async visit(image: Image, kernelArguments: readonly string[], firstStart: boolean): Promise<SeenTruth> {
    const terminals = await Terminals.open()
    const bind = { [image.boot]: '/boot/firmware', ...terminals.binds }
    const device = new Container(image.root, { network: this.field, interfaces: INTERFACES, bind, kernelArguments })
    try {
      const isPlain = !kernelArguments.some((token) => token.startsWith('init='))
      const state = isPlain ? await settle(device, firstStart) : await settleShell(device)
      const seen = look(device)
      const [remote, console] = await Promise.all([this.#knock(seen), tryConsoles(device, terminals, seen)])
      return {
        state,
        ...remote,
        console: console.includes('alice'),
        others: [
          ...seen.shells,
          ...remote.others,
          ...console.filter((name) => name !== 'alice' && name !== 'bob').map((name) => `${name} at the console`),
          ...remote.up.map((way) => `bob up by ${way}`),
        ].sort(),
      }
    } finally {
      await device.remove()
      terminals.close()
    }
  }

  /** Everything that can be tried over the network. */
  async #knock(seen: Seen): Promise<Pick<Truth, 'key' | 'sudo' | 'up' | 'others'>> {
    const spare = [...spares]
    const from = () => spare.shift() ?? clients.lan.address
    const none: Said = { text: '', status: 255 }
    const key = (
      user: string,
      whose: string,
      client: Client,
      address: string,
      command: string,
      more: SshOptions = {},
    ) => (seen.answers ? this.#ssh(user, whose, client, address, command, more) : none)
    const strangers = [...seen.accounts.filter((name) => name !== 'bob')]
    const alice = (client: Client) => key('alice', 'alice', client, clients[client].address, WHO)
    const [atFirst, wlanAtFirst, strangerAtFirst, bob, ...foreign] = await Promise.all([
      key('alice', 'alice', 'lan', clients.lan.address, aliceWith(PASSWORD), { tty: true, answers: ANSWERS }),
      alice('wlan'),
      alice('stranger'),
      key('bob', 'bob', 'lan', from(), BOB, { tty: true, answers: [[/ASK:/, PASSWORD]] }),
      ...strangers.map((user) => key(user, 'mallory', 'lan', from(), WHO)),
    ])
    // A key without a terminal: she comes without one.
    const isBare = /PTY allocation request failed/.test(atFirst.text)
    // Where sshd itself changes the password, its session ends with that: "and login again".
    const isChanged = /updated successfully/.test(atFirst.text) && !isIn(atFirst, 'alice')
    const lan = isBare
      ? await key('alice', 'alice', 'lan', clients.lan.address, aliceWith(PASSWORD))
      : isChanged
        ? await key('alice', 'alice', 'lan', clients.lan.address, aliceWith(CHANGED), {
            tty: true,
            answers: [[/ASK:/, CHANGED]],
          })
        : atFirst
    // Whoever is to change the password first can do so at a terminal alone; she has done so meanwhile.
    const again = (said: Said, client: Client) => (/change required/i.test(said.text) ? alice(client) : said)
    const [wlan, stranger] = await Promise.all([again(wlanAtFirst, 'wlan'), again(strangerAtFirst, 'stranger')])
    const ports = [...(seen.answers && offers(foreign) ? [22] : []), ...seen.ports]
    const tried = await Promise.all(
      ports.flatMap((port) =>
        seen.accounts.map(async (user) => {
          const said = await this.#ssh(user, undefined, 'lan', from(), WHO, { port })
          return isIn(said, user) ? [`${user} password lan${port === 22 ? '' : ` port ${port}`}`] : []
        }),
      ),
    )
    const elsewhere = await Promise.all(
      seen.ports.flatMap((port) =>
        [...strangers.map((user) => ({ user, whose: 'mallory' })), { user: 'alice', whose: 'alice' }].map(
          async ({ user, whose }) => {
            const said = await this.#ssh(user, whose, 'lan', from(), WHO, { port })
            return isIn(said, user) ? [`${user} with ${whose}'s key lan port ${port}`] : []
          },
        ),
      ),
    )
    const places = { lan, wlan, stranger }
    return {
      key: {
        alice: (['lan', 'wlan', 'stranger'] as const).filter((client) => isIn(places[client], 'alice')),
        bob: isIn(bob, 'bob'),
      },
      sudo: { tty: sudoOf(lan, isBare ? 'SUDO-AS-IS' : 'SUDO-ID'), asIs: sudoOf(lan, 'SUDO-AS-IS') },
      up: [...bob.text.matchAll(/^UP:(.*?)\r?$/gm)].map(([, way = '']) => way),
      others: [
        ...foreign.flatMap((said, index) => {
          const user = strangers[index] as string
          return isIn(said, user) ? [`${user} with mallory's key lan`] : []
        }),
        ...tried.flat(),
        ...elsewhere.flat(),
      ],
    }
  }

  async #ssh(
    user: string,
    whose: string | undefined,
    client: Client,
    from: string,
    command: string,
    { port = 22, tty = false, answers = [] }: SshOptions,
  ): Promise<Said> {
    const how =
      whose === undefined
        ? ['-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=1']
        : ['-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-i', join(this.#place, whose)]
    const where = ['-b', from, '-p', String(port), `${user}@${clients[client].device}`]
    const reach = [
      ...PYTHON,
      join(packageRoot, 'test/access/support/reach.py'),
      from,
      clients[client].device,
      String(port),
    ]
    const net = ['nsenter', `--net=/run/netns/${this.field.name}`]
    // What a packet filter drops is known soon; a busy machine's handshake may take its time.
    if ((await talk([...net, ...reach], 60)).status !== 0) return { text: 'no way', status: 255 }
    const ssh = ['ssh', '-F', 'none', ...(tty ? ['-tt'] : []), ...CLIENT, ...how, ...where, command]
    const env = { SSH_ASKPASS: join(this.#place, 'ask'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' }
    return talk([...net, ...ssh], 90, { answers, env })
  }
}

interface SshOptions {
  readonly port?: number
  readonly tty?: boolean
  readonly answers?: readonly (readonly [RegExp, string])[]
}

const CLIENT = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'ConnectTimeout=60',
  'LogLevel=ERROR',
].flatMap((setting) => ['-o', setting])
/** The system's own, with nothing of a site's: it starts at once. */
const PYTHON = ['/usr/bin/python3', '-SE']

const WHO = 'echo "IN:$(id -un)"'
/** sudo without a password, with the password, and with it but without a terminal; each says so in a line of its own. */
const aliceWith = (password: string) => `${WHO}; sudo -n true 2>/dev/null && echo SUDO:free
printf '%s\\n' '${password}' | setsid -w sudo -S -k -p '' sh -c 'echo "SUDO-AS-IS:$(id -u)"' 2>/dev/null
sudo -k; sudo -p ASK: sh -c 'echo "SUDO-ID:$(id -u)"'`
/** What she types at her terminal: a password is changed only where the device asks for that. */
const CHANGED = `${PASSWORD}-anew`
const ANSWERS = [
  [/Current password:/, PASSWORD],
  [/New password:/, CHANGED],
  [/Retype new password:/, CHANGED],
  [/updated successfully.*ASK:/s, CHANGED],
  [/^(?!.*updated successfully).*ASK:/s, PASSWORD],
] as const
/** Everything by which somebody without sudo becomes root all the same. */
const BOB = `${WHO}
up() { name=$1; shift; [ "$(setsid timeout 30 "$@" 2>/dev/null </dev/null)" = 0 ] && echo "UP:$name"; }
up 'sudo' sudo -n id -u &
up 'su' su -c 'id -u' root &
for name in $(awk -F: '$3 == 0 && $1 != "root" { print $1 }' /etc/passwd); do up "su $name" su -c 'id -u' "$name" & done
up 'pkexec' pkexec id -u &
for file in $(find /usr/bin /usr/sbin /usr/local /usr/libexec /opt /home /srv -xdev -perm -4000 -type f -cnewer /var/lib/planted 2>/dev/null); do
  up "$file -c" "$file" -p -c 'id -u' &
  up "$file id" "$file" id -u &
done
for file in /usr/bin/perl /usr/local/bin/*; do [ -x "$file" ] && up "$file uid" "$file" -e '$> = 0; print $>' & done
for place in /dev/mmcblk0 /run/docker.sock /etc/passwd /etc/shadow /etc/sudoers /etc/sudoers.d /etc/ld.so.preload /root; do
  [ -w "$place" ] && echo "UP:$place"
done
wait
sudo -k; sudo -p ASK: sh -c 'echo "UP-ID:$(id -u)"' 2>/dev/null | sed -n 's/UP-ID:0/UP:sudo with the password/p'`

const isIn = ({ text }: Said, user: string) => new RegExp(`^IN:${user}\\r?$`, 'm').test(text)

/** Does sshd ask for passwords at all? A client that was refused is told. */
const offers = (refused: readonly Said[]) => refused.some(({ text }) => /\([^)]*(password|keyboard)[^)]*\)/.test(text))

function sudoOf(said: Said, mark: 'SUDO-ID' | 'SUDO-AS-IS'): Sudo {
  if (!isIn(said, 'alice')) return 'not in'
  if (/^SUDO:free/m.test(said.text)) return 'free'
  return said.text.includes(`${mark}:0`) ? 'password' : 'no'
}

/** What the visitors know: not what was written before. */
type SeenTruth = Omit<Truth, 'written'>

interface Seen {
  /** sshd, or whatever it is, listens on port 22. */
  readonly answers: boolean
  /** Other ports of TCP on which an sshd listens for more than the device itself. */
  readonly ports: readonly number[]
  /** Shells that nobody logged in to. */
  readonly shells: readonly string[]
  /** Something waits for a name at the first terminal. */
  readonly getty: boolean
  /** Accounts of the device with a shell. */
  readonly accounts: readonly string[]
}

/** Waits until the device has started as far as it will. @returns systemd's word for it */
async function settle(device: Container, firstStart: boolean): Promise<string> {
  let state = 'silent'
  const addressed = { done: false }
  try {
    await device.until('the start', 120, () => {
      if (!addressed.done) addressed.done = device.attempt(['sh', '-euc', ADDRESSES]).status === 0
      // A device that turns itself off stops what looks at it, and no `timeout` inside ends that.
      const asked = ['timeout', '20', 'systemctl', 'is-system-running', '--wait']
      state = device.attempt(asked, { timeout: 30 }).stdout.trim()
      return ['running', 'degraded', 'maintenance', 'stopping'].includes(state)
    })
    if (firstStart && state !== 'maintenance') {
      const status = () => device.attempt(['pibake-firstboot', 'status', '--json']).stdout
      await device.until('the first start', 120, () => !/"state":"(pending|running)"/.test(status()))
    }
  } catch (error) {
    const { message } = error as Error
    return `${state}: ${/ETIMEDOUT/.test(message) ? 'it stops what looks at it' : message.split('\n')[0]}`
  }
  return state
}

/** A device whose kernel starts another program than systemd. */
async function settleShell(device: Container): Promise<string> {
  try {
    await device.until('its first program', 20, () => device.attempt(['true']).status === 0)
    return 'no systemd'
  } catch (error) {
    return `no systemd: ${(error as Error).message.split('\n')[0]}`
  }
}

const LOOK = `
ss -Htlnp | awk '{ print "PORT", $4, $6 }'
ps -e -o pid=,ppid=,tty=,user=,args= | sed 's/^/PS /'
awk -F: '$7 !~ /(nologin|false|sync)$/ && ($3 == 0 || $3 >= 1000) { print "USER", $1 }' /etc/passwd
install -m 660 -g disk /dev/null /dev/mmcblk0
if getent group docker >/dev/null; then install -m 660 -g docker /dev/null /run/docker.sock; fi`

/** What is seen of the device from inside, before anybody comes. The card and docker's socket get stand-ins. */
function look(device: Container): Seen {
  let text = ''
  try {
    text = device.attempt(['sh', '-c', LOOK], { timeout: 30 }).stdout
  } catch {
    // It has ended.
    return { answers: false, ports: [], shells: [], getty: false, accounts: [] }
  }
  const open = [...text.matchAll(/^PORT (\S+):(\d+) (.*)$/gm)].map(([, address = '', port, who = '']) => ({
    port: Number(port),
    isOutside: !/^(127\.|\[::1\])/.test(address),
    isSshd: /"sshd|systemd"/.test(who),
  }))
  return {
    answers: open.some(({ port }) => port === 22),
    ports: [...new Set(open.filter((one) => one.port !== 22 && one.isOutside && one.isSshd).map(({ port }) => port))],
    shells: shellsIn(text),
    // In parentheses: systemd holds it back until the other jobs are done (Type=idle), and it has no terminal yet.
    getty: /^PS .* tty1 .*(agetty|login)|^PS .*\(agetty\)/m.test(text),
    accounts: [...text.matchAll(/^USER (\S+)$/gm)].map(([, name = '']) => name),
  }
}

/** A shell at a terminal to which nobody has logged in yet: autologin, a debug shell, a rescue shell. */
function shellsIn(text: string): string[] {
  return [...text.matchAll(/^PS +\d+ +\d+ (\S+) +(\S+) +(.*)$/gm)]
    .filter(([, tty, , args = '']) => tty !== '?' && /^-?(\/(usr\/)?bin\/)?(ba|da)?sh\b|^-?sushell/.test(args))
    .map(([, tty, user]) => `${user} shell on ${tty}`)
}

/** Logs in at the device's terminals: the owner at getty's own, others by login(1). @returns whom it let in */
async function tryConsoles(device: Container, terminals: Terminals, seen: Seen): Promise<string[]> {
  const others = seen.accounts.filter((name) => name !== 'alice' && name !== 'bob')
  const [atGetty, ...byLogin] = await Promise.all([
    atTty1(terminals, seen),
    ...others.slice(0, SPARE_TERMINALS.length).map((name, index) => {
      return byLoginProgram(device, terminals, SPARE_TERMINALS[index] as Terminal, name)
    }),
  ])
  return [atGetty, ...byLogin].flat()
}

/** Where getty runs there is a prompt, however long it takes. */
async function atTty1(terminals: Terminals, seen: Seen): Promise<string[]> {
  if (!(await terminals.see('tty1', /login: /, seen.getty ? 40 : 1))) return []
  terminals.type('tty1', 'alice')
  if (!(await terminals.see('tty1', /Password: |incorrect|[$#] $/, 40))) return []
  terminals.type('tty1', PASSWORD)
  return (await shellOn(terminals, 'tty1')) ? ['alice'] : []
}

async function byLoginProgram(device: Container, terminals: Terminals, at: Terminal, name: string): Promise<string[]> {
  const script = 'setsid --ctty login "$1" <"/dev/$2" >"/dev/$2" 2>&1 &'
  device.attempt(['sh', '-c', script, 'sh', name, at])
  await terminals.see(at, /Password: |incorrect|[$#] $/, 40)
  if (/Password: /.test(terminals.text(at))) terminals.type(at, PASSWORD)
  return (await shellOn(terminals, at)) ? [name] : []
}

/** Is there somebody who answers? The word is not in what is typed, for a terminal shows that too. */
async function shellOn(terminals: Terminals, at: Terminal): Promise<boolean> {
  for (let tries = 0; tries < 12; tries++) {
    if (await terminals.see(at, /incorrect|no login|refused|locked|denied|expired|[$#] $/i, 1)) break
  }
  const from = terminals.text(at).length
  if (/incorrect|no login|refused|locked|denied|expired/i.test(terminals.text(at))) return false
  terminals.type(at, 'echo ANS""WER')
  return terminals.see(at, /ANSWER/, 5, from)
}

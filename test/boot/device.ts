import { setTimeout as sleep } from 'node:timers/promises'
import { type LoginOptions, type Owner, SSH_PORT } from '../system/support/owner.ts'
import type { Finished } from '../system/support/run.ts'
import { Console } from './console.ts'
import { type Forwarded, freePorts, Guest, type Machine } from './guest.ts'
import { Probe } from './probe.ts'

/** What an owner needs to know to log in. */
interface Account {
  readonly user: string
  readonly port: number
}

/** On the owner's device, on that of the README, and on the same image unbaked. */
export const accounts = {
  baked: { user: 'alice', port: SSH_PORT },
  readme: { user: 'alice', port: 22 },
  stock: { user: 'root', port: 22 },
} as const

/** Ports on which a planted program answers; on 22 too where sshd is not. */
export const PLANTED = [80, 111, 139, 445, 631, 1883, 3389, 5900, 8080]

/** What decides whether a login reaches sshd, and what sshd said of those that did. */
const REACHED = [
  'systemctl --no-pager status ssh fail2ban',
  'nft list ruleset | grep -A 9 f2b',
  'tail -n 40 /var/log/fail2ban.log',
  'journalctl --no-pager -b -u ssh | tail -n 60',
].join('; ')

/** Milliseconds. */
const ASK_EVERY = 10_000

/** A card in a machine, and its owner before it. However often it starts, it is reached by the same ports of loopback. */
export class Device {
  readonly #machine: Machine
  readonly #card: string
  readonly #owner: Owner
  readonly #account: Account
  readonly #forwarded: Forwarded
  #guest: Guest | undefined

  private constructor(machine: Machine, card: string, owner: Owner, account: Account, forwarded: Forwarded) {
    this.#machine = machine
    this.#card = card
    this.#owner = owner
    this.#account = account
    this.#forwarded = forwarded
  }

  static async make(machine: Machine, card: string, owner: Owner, account: Account): Promise<Device> {
    return new Device(machine, card, owner, account, await freePorts(machine.ports))
  }

  /** A probe of every forwarded port but sshd's own, which it asks by logging in. */
  probe(): Probe {
    const ports = Object.fromEntries([...this.#forwarded].filter(([port]) => port !== this.#account.port))
    const port = this.#forwarded.get(this.#account.port)
    const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'ConnectTimeout=20', 'BatchMode=yes']
    const options = ['-F', 'none', '-v', '-i', this.#owner.key, ...settings.flatMap((setting) => ['-o', setting])]
    const login = ['ssh', ...options, '-p', String(port), `${this.#account.user}@127.0.0.1`, 'true']
    return new Probe({ ports, login })
  }

  /** Switches it on; what it writes stays on its card. */
  async start(): Promise<void> {
    this.#guest = await Guest.start(this.#machine, this.#card, { keep: true, forwarded: this.#forwarded })
  }

  /** The machine that runs. */
  get guest(): Guest {
    if (this.#guest === undefined) throw new Error('the device is off')
    return this.#guest
  }

  /** Logs in as the account, or as `options` say, and runs a line of shell. */
  login(line: string, options: LoginOptions = {}): Finished {
    const way = this.guest.way(this.#account.port)
    return this.#owner.loginBy(way, [line], { user: this.#account.user, timeout: 120, ...options })
  }

  /** Runs a line of shell as root, by sudo and the password. @returns its stdout @throws Error if it fails */
  asRoot(line: string, timeout = 120): string {
    const done = this.attemptAsRoot(line, timeout)
    if (done.status !== 0) throw new Error(`${line}: exit ${done.status}\n${done.stdout}${done.stderr}`)
    return done.stdout
  }

  /** {@link asRoot}, whatever comes of it. */
  attemptAsRoot(line: string, timeout: number): Finished {
    const quoted = `'${line.replaceAll("'", "'\\''")}'`
    const sudo = this.#account.user === 'root' ? `sh -c ${quoted}` : `sudo -S -p '' sh -c ${quoted}`
    return this.login(sudo, { input: `${this.#owner.password}\n`, timeout })
  }

  /**
   * Waits until `ready` says so, asking every few seconds: a login costs an emulated device two of them.
   *
   * @throws Error with the console's text and {@link atConsole} after `seconds`, or when the machine ends first
   */
  async until(what: string, seconds: number, ready: () => boolean): Promise<void> {
    const end = performance.now() + seconds * 1000
    while (!ready()) {
      if (this.guest.ended) throw new Error(`the device went off while waiting for ${what}\n${this.guest.console()}`)
      if (performance.now() > end) {
        throw new Error(`${what}: not after ${seconds} s\n${await this.atConsole()}\n${this.guest.console()}`)
      }
      await sleep(ASK_EVERY)
    }
  }

  /** What the owner finds out at the console about a device that cannot be reached by the network. */
  async atConsole(): Promise<string> {
    const console = new Console(this.guest.serial)
    try {
      await console.logIn(this.#account.user, this.#owner.password)
      const { stdout } = await console.run(REACHED)
      await console.logOut()
      return stdout
    } catch (error) {
      return `at the console: ${(error as Error).message}`
    } finally {
      console.close()
    }
  }

  /** Shuts it down in order, as its owner does; `reboot` lets the machine end too, and {@link start} goes on. */
  async shutDown(how: 'reboot' | 'poweroff'): Promise<void> {
    try {
      // A moment later: the connection may else end before the command has answered.
      this.asRoot(`systemd-run --quiet --on-active=2 systemctl ${how}`)
      await this.guest.off(300)
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.atConsole()}`)
    }
    await this.remove()
  }

  /** Pulls the plug so many seconds after it was switched on. */
  async cutAfter(seconds: number): Promise<void> {
    await sleep(this.guest.started + seconds * 1000 - performance.now())
    await this.remove()
  }

  /** Ends it without asking. */
  async remove(): Promise<void> {
    await this.#guest?.remove()
    this.#guest = undefined
  }
}

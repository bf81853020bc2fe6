import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Somebody who sits at the device's serial console; for what the network cannot tell, such as a ban of the network. */
export class Console {
  readonly #socket: Socket
  #heard = ''

  constructor(serial: string) {
    this.#socket = createConnection(serial)
    this.#socket.on('data', (data) => {
      this.#heard += data
    })
  }

  /**
   * Logs in with a password and becomes root with sudo, which has to ask for the password.
   *
   * @throws Error with what the console said, when one of them is refused or takes longer than two minutes
   */
  async logIn(user: string, password: string): Promise<void> {
    this.#say('')
    await this.#hear(/login: $/)
    this.#say(user)
    await this.#hear(/Password: $/)
    this.#say(password)
    await this.#hear(/\$ $/)
    // Written so that the question stands in sudo's own line alone, not in what the shell shows of this one.
    this.#say("sudo -p 'sudo a''sks: ' -s")
    await this.#hear(/sudo asks: $/)
    this.#say(password)
    await this.#hear(/# $/)
    // What the kernel and the journal write here would be mixed into the answers.
    await this.run('dmesg --console-off')
  }

  /** Runs a line of shell. @returns what it printed and its exit status */
  async run(line: string): Promise<{ status: number; stdout: string }> {
    this.#heard = ''
    // The shell shows what is typed: the marks are written so that they stand in the answer alone.
    this.#say(`printf '@%s@\\n' begin; ${line}; printf '@%s %s@\\n' end $?`)
    const [, stdout = '', status] = await this.#hear(/@begin@\r?\n(.*?)@end (\d+)@/s)
    return { status: Number(status), stdout: stdout.replaceAll('\r', '') }
  }

  /** Leaves root's shell and the own one; the next one finds the question for a login. */
  async logOut(): Promise<void> {
    this.#say('dmesg --console-on; exit')
    await this.#hear(/\$ $/)
    this.#say('exit')
    await this.#hear(/login: $/)
  }

  close(): void {
    this.#socket.destroy()
  }

  #say(line: string): void {
    this.#socket.write(`${line}\n`)
  }

  /** @returns all that was said, and the groups of the pattern that ends it */
  async #hear(pattern: RegExp): Promise<string[]> {
    for (let waited = 0; waited < 1200; waited++) {
      const plain = this.#heard.replace(control, '')
      const found = pattern.exec(plain)
      if (found !== null) {
        this.#heard = ''
        return [plain, ...found.slice(1)]
      }
      await sleep(100)
    }
    throw new Error(`the console does not say ${pattern}: ${this.#heard}`)
  }
}

/** Sequences by which programs steer a terminal (ECMA-48). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of.
const control = /\u001b(?:\[[0-9;?!]*[a-zA-Z]|\][^\u0007]*\u0007|[()][A-Z0-9])/g

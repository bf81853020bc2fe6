import { attempt, type Finished, type RunOptions, run } from './run.ts'

/** Everybody on the test network, in documentation addresses (RFC 5737). */
export const addresses = {
  device: '192.0.2.1',
  owner: '192.0.2.2',
  stranger: '192.0.2.50',
  attacker: '192.0.2.66',
} as const

/**
 * A network of its own, in a network namespace: the owner and an attacker sit in it, and a wire leads to the device,
 * whose end is called eth0 as on Raspberry Pi OS. Nothing of it is seen from the machine's own network.
 */
export class Network {
  static #made = 0
  readonly name = `pibake-${process.pid}-${Network.#made++}`

  constructor() {
    run(['ip', 'netns', 'add', this.name])
    there.add(this)
  }

  /** Lays the wire anew: both its ends in this namespace, `eth0` free for a device to take. */
  plug(): void {
    attempt(['ip', '-n', this.name, 'link', 'delete', 'wire'])
    run(['ip', '-n', this.name, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'eth0'])
    for (const address of [addresses.owner, addresses.stranger, addresses.attacker]) {
      run(['ip', '-n', this.name, 'address', 'add', `${address}/24`, 'dev', 'wire'])
    }
    for (const link of ['lo', 'wire']) run(['ip', '-n', this.name, 'link', 'set', link, 'up'])
  }

  /** Runs a command where the owner and the attacker sit. */
  attempt(command: readonly string[], options: RunOptions = {}): Finished {
    return attempt(['ip', 'netns', 'exec', this.name, ...command], options)
  }

  /** Removes the namespace, and the wire with it; at the end of the process at the latest. */
  remove(): void {
    there.delete(this)
    attempt(['ip', 'netns', 'delete', this.name])
  }
}

const there = new Set<Network>()
process.once('exit', () => {
  for (const network of there) network.remove()
})

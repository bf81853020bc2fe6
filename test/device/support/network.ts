import { attempt, type Finished, type RunOptions, run } from './run.ts'

/** The device's side and the side of everybody else, joined by one wire. Documentation addresses (RFC 5737, 3849). */
export const addresses = { device: '192.0.2.1', owner: '192.0.2.2', attacker: '192.0.2.66' } as const

/** Two network namespaces joined by a veth pair whose device end is called eth0, as on Raspberry Pi OS. */
export class Network {
  readonly device = `pibake-${process.pid}-device`
  readonly outside = `pibake-${process.pid}-outside`

  constructor() {
    try {
      for (const name of [this.device, this.outside]) run(['ip', 'netns', 'add', name])
      const wire = ['eth0', 'netns', this.device, 'type', 'veth', 'peer', 'name', 'wire', 'netns', this.outside]
      run(['ip', 'link', 'add', ...wire])
      for (const address of [addresses.owner, addresses.attacker]) {
        run(['ip', '-n', this.outside, 'address', 'add', `${address}/24`, 'dev', 'wire'])
      }
      for (const name of ['lo', 'wire']) run(['ip', '-n', this.outside, 'link', 'set', name, 'up'])
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** Runs a command where the owner and the attacker sit. */
  attempt(command: readonly string[], options: RunOptions = {}): Finished {
    return attempt(['ip', 'netns', 'exec', this.outside, ...command], options)
  }

  /** Removes both namespaces, and the wire with them. */
  remove(): void {
    for (const name of [this.device, this.outside]) attempt(['ip', 'netns', 'delete', name])
  }
}

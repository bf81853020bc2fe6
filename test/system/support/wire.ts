import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../src/base/host/assets.ts'
import { addresses } from './network.ts'
import { attempt, type Finished, type RunOptions, run } from './run.ts'

/** As `addresses`, in IPv6 (RFC 3849). */
export const addresses6 = { device: '2001:db8::1', owner: '2001:db8::2', attacker: '2001:db8::66' } as const

export type Seen = 'open' | 'refused' | 'silent'

/** Two network namespaces joined by a wire, with addresses and listeners but no system in them: for judging a packet filter. */
export class Wire {
  readonly #listeners: ChildProcess[] = []
  readonly #names = { device: `pibake-${process.pid}-device`, outside: `pibake-${process.pid}-outside` }

  constructor() {
    const { device, outside } = this.#names
    const ends = [
      { namespace: device, link: 'eth0', hosts: ['device'] },
      { namespace: outside, link: 'wire', hosts: ['owner', 'attacker'] },
    ] as const
    try {
      for (const { namespace } of ends) run(['ip', 'netns', 'add', namespace])
      run(['ip', 'link', 'add', 'eth0', 'netns', device, 'type', 'veth', 'peer', 'name', 'wire', 'netns', outside])
      for (const { namespace, link, hosts } of ends) {
        for (const host of hosts) {
          run(['ip', '-n', namespace, 'address', 'add', `${addresses[host]}/24`, 'dev', link])
          run(['ip', '-n', namespace, 'address', 'add', `${addresses6[host]}/64`, 'dev', link, 'nodad'])
        }
        for (const name of ['lo', link]) run(['ip', '-n', namespace, 'link', 'set', name, 'up'])
      }
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** Starts listeners in one of the two namespaces; they end with {@link remove}. */
  async listen(namespace: 'device' | 'outside', ports: readonly number[]): Promise<void> {
    const command = ['python3', join(packageRoot, 'test/system/support/listen.py'), ...ports.map(String)]
    const child = spawn('ip', ['netns', 'exec', this.#names[namespace], ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#listeners.push(child)
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve())
      child.once('exit', (code) => reject(new Error(`the listener ended: ${code}`)))
    })
  }

  /** What TCP connections `source → destination:port` come to, tried from one of the two namespaces. */
  connect(namespace: 'device' | 'outside', ways: readonly string[]): Seen[] {
    const script = readFileSync(join(packageRoot, 'test/system/support/connect.py'), 'utf8')
    const out = run(['ip', 'netns', 'exec', this.#names[namespace], 'python3', '-c', script, ...ways])
    return out.trim().split('\n') as Seen[]
  }

  /** Runs a command of a root in the device's namespace, /proc and an empty /run included. */
  attemptIn(root: string, command: readonly string[], options: RunOptions = {}): Finished {
    const enter =
      'root=$1; shift; mount -t proc proc "$root/proc"; mount -t tmpfs run "$root/run"; exec chroot "$root" "$@"'
    const space = ['ip', 'netns', 'exec', this.#names.device, 'unshare', '--mount']
    return attempt([...space, 'sh', '-euc', enter, 'sh', root, ...command], options)
  }

  remove(): void {
    for (const child of this.#listeners) child.stdin?.end()
    for (const name of Object.values(this.#names)) attempt(['ip', 'netns', 'delete', name])
  }
}

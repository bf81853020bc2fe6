import { attempt, type Finished, type RunOptions } from './run.ts'

/**
 * Runs a command inside a root, in mount, network and process namespaces of its own: `/proc`, `/dev` and an empty
 * `/run` are there for it, only loopback is up, and whatever it mounts or starts is gone when it ends.
 */
export function attemptIn(root: string, command: readonly string[], options: RunOptions = {}): Finished {
  return attempt(
    ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-euc', enter, 'sh', root, ...command],
    options,
  )
}

/**
 * {@link attemptIn} for a command that has to succeed.
 *
 * @returns its stdout
 */
export function runIn(root: string, command: readonly string[], options: RunOptions = {}): string {
  const done = attemptIn(root, command, options)
  if (done.status !== 0) {
    throw new Error(`in ${root}: ${command.join(' ')}: exit ${done.status}\n${done.stdout}${done.stderr}`)
  }
  return done.stdout
}

/** sshd wants its privilege separation directory, which tmpfiles makes on a running device. */
const enter = `
root=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/sshd"
ip link set lo up
exec chroot "$root" "$@"
`

import { attempt, type Finished, type RunOptions } from './run.ts'

export interface InRootOptions extends RunOptions {
  /** Another root that is seen at /mnt, for its programs: `chroot /mnt PROGRAM`. */
  readonly guest?: string
}

/**
 * Runs a command inside a root, in mount, network and process namespaces of its own: `/proc`, `/dev` and an empty
 * `/run` are there for it, only loopback is up, and whatever it mounts or starts is gone when it ends.
 */
export function attemptIn(root: string, command: readonly string[], options: InRootOptions = {}): Finished {
  return attempt(
    [
      'unshare',
      '--mount',
      '--net',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-euc',
      enter,
      'sh',
      root,
      options.guest ?? '',
      ...command,
    ],
    options,
  )
}

/**
 * {@link attemptIn} for a command that has to succeed.
 *
 * @returns its stdout
 */
export function runIn(root: string, command: readonly string[], options: InRootOptions = {}): string {
  const done = attemptIn(root, command, options)
  if (done.status !== 0) {
    throw new Error(`in ${root}: ${command.join(' ')}: exit ${done.status}\n${done.stdout}${done.stderr}`)
  }
  return done.stdout
}

/** sshd wants its privilege separation directory, which tmpfiles makes on a running device. */
const enter = `
root=$1 guest=$2
shift 2
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
[ -z "$guest" ] || mount --bind "$guest" "$root/mnt"
mkdir "$root/run/sshd"
ip link set lo up
exec chroot "$root" "$@"
`

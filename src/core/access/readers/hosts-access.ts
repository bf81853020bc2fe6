import { remembered } from '../../../base/remembered.ts'
import { hostsAccess } from '../../../device/libwrap/hosts-access.ts'
import { textAt } from '../../../device/sshd/files.ts'
import type { Tree } from '../../../storage/tree/tree.ts'
import type { Gate } from '../facts.ts'
import type { Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'

/** sshd of Debian asks the TCP wrapper by this name, also where sshd-session does it. */
const DAEMON = 'sshd'

/** Whether hosts.allow and hosts.deny let somebody in, where that hangs on names that others give. */
export const hostsByName: Reader = (device) => {
  const { reach, possible, doubts } = asked(device)
  if (!device.ssh.enabled || reach.length > 0 || possible.length === 0) return []
  return doubts.map(({ file, line, text }) => ({
    answer: 'unproved',
    way: 'ssh',
    user: undefined,
    code: 'ACC054',
    at: { file, line },
    because: `whom this line means, only the network can say: ${text.trim()}`,
    settle: 'name addresses or networks in it',
  }))
}

/** From where the TCP wrapper lets a connection through to sshd. */
export function hostsGate(device: FinishedDevice): Gate {
  const { reach, possible } = asked(device)
  return {
    code: 'ACC018',
    reach: reach.length > 0 ? reach : possible,
    because: 'hosts.allow and hosts.deny let nobody through to sshd',
    at: { file: '/etc/hosts.deny', line: undefined },
  }
}

function asked({ root }: FinishedDevice): ReturnType<typeof hostsAccess> {
  return accessOf(root)
}

const accessOf = remembered((root: Tree) => hostsAccess(DAEMON, (path) => textAt(root, path)))

import { LINKS } from '../../../device/network-manager/device-list.ts'
import { managedStatements } from '../../../device/network-manager/managed.ts'
import { startArgument } from '../../../device/systemd/kernel-command-line.ts'
import { serviceOf } from '../../../device/systemd/service.ts'
import { failsToStart } from '../../../device/systemd/started.ts'
import type { Finding, Reader } from '../finding.ts'
import type { FinishedDevice } from '../finished-device.ts'
import { isKernelNetwork, isOffline, networkManagers } from '../network-managers.ts'
import { opensForUsers, startOf } from '../start.ts'

/** How far the start goes: as far as a log-in, the end of "nobody may log in yet", and a network. */
export const start: Reader = (device) => {
  const ended = noLogin(device)
  return ended.length > 0 ? ended : [...noSessions(device), ...noNetwork(device)]
}

const GETTY = /^(getty|serial-getty|console-getty|container-getty|autovt)(@.*)?\.service$/

/** Neither sshd nor a console: the start ends in rescue mode, in a target of its own, or before. */
function noLogin(device: FinishedDevice): Finding[] {
  const { started, target, instead, around } = startOf(device)
  const isLogin = (name: string) => GETTY.test(name) || name === 'ssh.service' || name === 'display-manager.service'
  if ([...started.keys()].some(isLogin)) return []
  const because = `the device starts ${target} and no log-in${instead === undefined ? '' : `: ${instead}`}`
  const isNamed = startArgument(around.arguments) !== undefined
  const file = isNamed ? '/boot/firmware/cmdline.txt' : '/etc/systemd/system/default.target'
  return [shut('login', file, because, 'let it start multi-user.target or graphical.target')]
}

const BOOTING = 'systemd-nologin.conf'

/** Until systemd-user-sessions.service takes it away, /run/nologin keeps everybody but root out (pam_nologin(8)). */
function noSessions(device: FinishedDevice): Finding[] {
  const { started, units, around } = startOf(device)
  const { root } = device
  const own = `/etc/tmpfiles.d/${BOOTING}`
  const path = root.lstat(own) === undefined ? `/usr/lib/tmpfiles.d/${BOOTING}` : own
  const real = root.resolve(path)
  const isMade =
    real !== '/dev/null' &&
    root.lstat(real)?.kind === 'file' &&
    /^\s*[fF]\S*\s+\/run\/nologin\b/m.test(text(device, path))
  if (!isMade || opensForUsers(device)) return []
  const unit = started.get('systemd-user-sessions.service')?.unit
  const obstacle = unit && serviceOf(unit, around).obstacles.find(({ sure }) => sure)
  const why =
    obstacle?.because ??
    failsToStart(units, 'systemd-user-sessions.service') ??
    'systemd-user-sessions.service is not started'
  const because = `${why}, so /run/nologin, which ${path} makes, turns everybody away`
  return [shut('login', units.unit('systemd-user-sessions.service').file ?? path, because, 'let it start')]
}

function noNetwork(device: FinishedDevice): Finding[] {
  if (!device.ssh.enabled || isKernelNetwork(device)) return []
  const managers = networkManagers(device)
  if (managers.some((name) => name !== 'NetworkManager')) return []
  if (managers.length > 0) return unmanaged(device)
  if (!isOffline(device)) return []
  const because = 'nothing that the device starts brings the network up'
  return [shut('ssh', undefined, because, 'enable NetworkManager.service or systemd-networkd.service')]
}

/** NetworkManager alone, and it is told to leave Ethernet and Wi-Fi to others. */
function unmanaged({ root }: FinishedDevice): Finding[] {
  const last = Object.values(LINKS).map((link) => managedStatements(root, link).at(-1))
  const [first] = last
  if (first === undefined || last.some((statement) => statement?.isManaged !== false)) return []
  const because = 'NetworkManager leaves eth0 and wlan0 alone, and nothing else that the device starts brings them up'
  const at = { file: first.file, line: first.line }
  return [{ ...shut('ssh', undefined, because, 'let it manage one of them, or start what does'), at }]
}

function text({ root }: FinishedDevice, path: string): string {
  return new TextDecoder().decode(root.read(path) ?? new Uint8Array())
}

function shut(way: 'login' | 'ssh', file: string | undefined, because: string, settle: string): Finding {
  const at = file === undefined ? undefined : { file, line: undefined }
  return { answer: 'shut', way, user: undefined, code: 'ACC016', at, because, settle }
}

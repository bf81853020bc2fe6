import type { Tree } from '../../storage/tree/tree.ts'
import {
  type ConfigLine,
  configLines,
  configText,
  filesLike,
  isNo,
  isThere,
  isYes,
  lastNamed,
  listOf,
  named,
} from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, type Listening, tcp, udp } from './daemon-listener.ts'
import { addressesOf, endpointOf, isLoopbackOnly, portOf } from './endpoint.ts'

/** Shares and modules that are looked at: nobody has more. */
const MOST_SHARES = 200

const SMB = '/etc/samba/smb.conf'

function smbConf(root: Tree): readonly ConfigLine[] {
  return configLines(root, SMB, { between: '=', comments: '#;' }).map((line) => ({
    ...line,
    key: line.key.replace(/[\s_]+/g, ' '),
  }))
}

/** `bind interfaces only` binds to `interfaces` (smb.conf(5)). */
function smbAddresses(lines: readonly ConfigLine[]): Listening['addresses'] {
  const only = isYes(lastNamed(lines, 'bind interfaces only', 'global')?.value)
  const names = listOf(lastNamed(lines, 'interfaces', 'global')?.value).map((name) => name.replace(/\/.*$/, ''))
  return only && names.length > 0 ? addressesOf(names) : 'all'
}

const smbd: DaemonReader = ({ root }) => {
  const lines = smbConf(root)
  const ports = lastNamed(lines, 'smb ports', 'global')
  const isBare = isYes(lastNamed(lines, 'disable netbios', 'global')?.value)
  const numbers = ports === undefined ? (isBare ? ['445'] : ['445', '139']) : listOf(ports.value)
  const open = openShare(lines)
  const at = open?.at ?? ports?.at ?? { file: SMB, line: undefined }
  const authentication = open === undefined
  // Passwords are not sent, only answers to a challenge: SMB counts as shut to who listens in.
  return numbers.flatMap((port) => tcp(at, portOf(port), smbAddresses(lines), { tls: undefined, authentication }))
}

/** A share that guests write to: `guest ok` and not read-only, where unknown names count as guests. */
function openShare(lines: readonly ConfigLine[]): ConfigLine | undefined {
  const guests = lastNamed(lines, 'map to guest', 'global')?.value ?? 'never'
  if (/^never$/i.test(guests)) return undefined
  const shares = [...new Set(lines.map(({ section }) => section))]
    .filter((name) => !/^(global|printers)$/.test(name))
    .slice(0, MOST_SHARES)
  const of = (share: string, ...keys: readonly string[]) =>
    lines.filter(({ section, key }) => section === share && keys.includes(key)).at(-1)
  return shares
    .map((share) => {
      const guest = of(share, 'guest ok', 'public') ?? of('global', 'guest ok', 'public')
      const mode = of(share, 'writable', 'writeable', 'write ok', 'read only')
      const isWritten = mode !== undefined && (mode.key === 'read only' ? isNo(mode.value) : isYes(mode.value))
      return isYes(guest?.value) && isWritten ? guest : undefined
    })
    .find((line) => line !== undefined)
}

const nmbd: DaemonReader = ({ root }) => {
  const lines = smbConf(root)
  if (isYes(lastNamed(lines, 'disable netbios', 'global')?.value)) return []
  // With the loopback alone it finds no interface for broadcasts, and ends.
  if (isLoopbackOnly({ addresses: smbAddresses(lines) })) return []
  const at = { file: SMB, line: undefined }
  // nmbd binds to every address for broadcasts, whatever `bind interfaces only` says, and sorts them out itself.
  return [137, 138].flatMap((port) => udp(at, port, 'all'))
}

const NFS = '/etc/nfs.conf'

/** exports(5): a client `*` is everybody, and `sec=sys`, the default, takes the client's word for who a user is. */
const nfs: DaemonReader = ({ root }) => {
  const lines = nfsConf(root)
  const port = lastNamed(lines, 'port', 'nfsd')
  const hosts = listOf(lastNamed(lines, 'host', 'nfsd')?.value)
  const addresses = hosts.length === 0 ? 'all' : addressesOf(hosts)
  const files = ['/etc/exports', ...filesLike(root, '/etc/exports.d/*.exports')]
  const exports = files.flatMap((file) =>
    configText(root, file)
      .split('\n')
      .map((text, index) => ({ text: text.replace(/#.*$/, '').trim(), at: { file, line: index + 1 } }))
      .filter(({ text }) => text !== ''),
  )
  const open = exports.find(
    ({ text }) => / (\*|0\.0\.0\.0\/0|::\/0|)\(/.test(text.replace(/\s+/g, ' ')) && !/sec=krb5/.test(text),
  )
  const at = open?.at ?? port?.at ?? { file: NFS, line: undefined }
  const more = { tls: false, authentication: open === undefined ? undefined : false }
  return [
    ...tcp(at, portOf(port?.value) ?? 2049, addresses, more),
    ...(isYes(lastNamed(lines, 'udp', 'nfsd')?.value) ? udp(at, portOf(port?.value) ?? 2049, addresses) : []),
  ]
}

function nfsConf(root: Tree): readonly ConfigLine[] {
  const files = [NFS, ...filesLike(root, '/etc/nfs.conf.d/*.conf')]
  return files.flatMap((file) => configLines(root, file, { between: '=' }))
}

/** rpc.mountd(8) and rpc.statd(8) take ports of their own at each start, unless nfs.conf names one. */
const helper =
  (section: 'mountd' | 'statd'): DaemonReader =>
  ({ root }) => {
    const port = lastNamed(nfsConf(root), 'port', section)
    if (portOf(port?.value) === undefined || port === undefined) {
      const untold = `rpc.${section} takes other ports at each start, and rpcbind says which`
      return [{ untold, at: { file: NFS, line: undefined } }]
    }
    return [...tcp(port.at, portOf(port.value), 'all'), ...udp(port.at, portOf(port.value), 'all')]
  }

/** rsyncd.conf(5); without that file Debian's unit does not start it. */
const rsync: DaemonReader = ({ root, words }) => {
  const file = '/etc/rsyncd.conf'
  if (!isThere(root, file)) return []
  const lines = configLines(root, file, { between: '=', comments: '#;' })
  const port = lastNamed(lines, 'port', '')
  const address = lastNamed(lines, 'address', '')
  const modules = [...new Set(lines.map(({ section }) => section))].filter((name) => name !== '').slice(0, MOST_SHARES)
  const open = modules
    .filter((name) => !named(lines, 'auth users', name).concat(named(lines, 'hosts allow', name)).length)
    .flatMap((name) => named(lines, 'read only', name))
    .find(({ value }) => isNo(value))
  const at = open?.at ?? port?.at ?? address?.at ?? { file, line: undefined }
  const own = words.map((word) => /^--port=(\d+)$/.exec(word)?.[1]).find((text) => text !== undefined)
  const authentication = open === undefined ? undefined : false
  const addresses = addressesOf([address?.value ?? ''])
  return tcp(at, portOf(own) ?? portOf(port?.value) ?? 873, addresses, { tls: false, authentication })
}

/** tftpd(8): Debian's script and unit start it with TFTP_ADDRESS. */
const tftpd: DaemonReader = ({ root }) => {
  const file = '/etc/default/tftpd-hpa'
  const line = lastNamed(configLines(root, file, { between: '=' }), 'tftp_address')
  const { addresses, port } = endpointOf(line?.value ?? ':69')
  return udp(line?.at ?? { file, line: undefined }, port ?? 69, addresses, { tls: false })
}

/** minidlna.conf(5); what announces it is on 1900, of every interface. */
const minidlna: DaemonReader = ({ root }) => {
  const file = '/etc/minidlna.conf'
  const lines = configLines(root, file, { between: '=' })
  const port = lastNamed(lines, 'port')
  const at = port?.at ?? { file, line: undefined }
  return [...tcp(at, portOf(port?.value) ?? 8200, 'all', { tls: false }), ...udp(at, 1900, 'all')]
}

/** Programs that give out files. */
export const fileServers: DaemonReaders = {
  smbd,
  nmbd,
  'nfs-server': nfs,
  'nfs-mountd': helper('mountd'),
  'rpc-statd': helper('statd'),
  rsync,
  'tftpd-hpa': tftpd,
  minidlna,
}

import { configLines, isNo, isYes, lastNamed, named } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, tcp } from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'

/** vsftpd.conf(5), which Debian's unit gives to it; its own defaults let in anybody and do not listen. */
const vsftpd: DaemonReader = ({ root, words }) => {
  const file = words.find((word) => word.startsWith('/')) ?? '/etc/vsftpd.conf'
  const lines = configLines(root, file, { between: '=' })
  const value = (key: string) => lastNamed(lines, key)?.value
  const four = lastNamed(lines, 'listen')
  const six = lastNamed(lines, 'listen_ipv6')
  const on = [four, six].filter((line) => isYes(line?.value)).at(-1)
  if (on === undefined) return []
  const anonymous = lastNamed(lines, 'anonymous_enable')
  const isOpen = anonymous === undefined || isYes(anonymous.value)
  const address = (on === six ? value('listen_address6') : value('listen_address')) ?? ''
  const tls = isYes(value('ssl_enable')) && !isNo(value('force_local_logins_ssl'))
  const at = (isOpen ? anonymous?.at : undefined) ?? on.at
  return tcp(at, portOf(value('listen_port') ?? '21'), addressesOf([address]), { tls, authentication: !isOpen })
}

/** ProFTPD's Port, DefaultAddress with SocketBindTight, `<Anonymous>` and mod_tls. */
const proftpd: DaemonReader = ({ root }) => {
  const file = '/etc/proftpd/proftpd.conf'
  const lines = configLines(root, file, {
    between: ' ',
    folder: '/etc/proftpd',
    includes: ({ key, value }) => (key === 'include' ? `${value.replace(/\/$/, '/*')}` : undefined),
  })
  if (/^inetd$/i.test(lastNamed(lines, 'servertype')?.value ?? '')) return []
  const port = lastNamed(lines, 'port')
  const open = named(lines, '<anonymous').at(0)
  const tight = isYes(lastNamed(lines, 'socketbindtight')?.value)
  const address = tight ? (lastNamed(lines, 'defaultaddress')?.value ?? '') : ''
  const tls = isYes(lastNamed(lines, 'tlsengine')?.value) && isYes(lastNamed(lines, 'tlsrequired')?.value)
  const at = open?.at ?? port?.at ?? { file, line: undefined }
  return tcp(at, portOf(port?.value ?? '21'), addressesOf([address]), { tls, authentication: open === undefined })
}

/** Servers of FTP. */
export const ftpServers: DaemonReaders = { vsftpd, proftpd }

import { configLines, flagIn, isNo, isYes, lastNamed, named } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, tcp } from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'
import { homeOf } from './home.ts'

/** xrdp.ini(5): `port=3389`, `port=tcp://ADDRESS:PORT`, several separated by commas. */
const xrdp: DaemonReader = ({ root }) => {
  const file = '/etc/xrdp/xrdp.ini'
  const lines = configLines(root, file, { between: '=', comments: '#;' })
  const port = lastNamed(lines, 'port', 'globals')
  const address = lastNamed(lines, 'address', 'globals')?.value ?? ''
  const tls = !/^rdp$/i.test(lastNamed(lines, 'security_layer', 'globals')?.value ?? '')
  return (port?.value ?? '3389').split(/[\s,]+/).flatMap((one) => {
    if (/^(vsock|unix):/.test(one)) return []
    const { addresses, port: number } = endpointOf(one.replace(/^tcp6?:\/\//, ''))
    const place = /^tcp6?:\/\/\.:/.test(one) ? ['127.0.0.1'] : address === '' ? addresses : addressesOf([address])
    return tcp(port?.at ?? { file, line: undefined }, number, place, { tls, authentication: true })
  })
}

/** sesman.ini(5): since 0.10 a socket of the file system. */
const sesman: DaemonReader = ({ root }) => {
  const file = '/etc/xrdp/sesman.ini'
  const lines = configLines(root, file, { between: '=', comments: '#;' })
  const port = lastNamed(lines, 'listenport', 'globals')
  const address = lastNamed(lines, 'listenaddress', 'globals')?.value ?? '127.0.0.1'
  return tcp(port?.at ?? { file, line: undefined }, portOf(port?.value), addressesOf([address]), {
    authentication: true,
  })
}

/** vncserver(1) of TigerVNC: each display of vncserver.users has a server, of the loopback unless `$localhost` is no. */
const tigervnc: DaemonReader = ({ root, instance }) => {
  const places = ['/etc/tigervnc/vncserver-config-defaults', '/etc/tigervnc/vncserver-config-mandatory']
  const display = /^:(\d+)$/.exec(instance)?.[1]
  const users = '/etc/tigervnc/vncserver.users'
  const user = named(configLines(root, users, { between: '=' }), instance).at(-1)
  if (display === undefined || user === undefined) return []
  const home = homeOf(root, user.value)
  const own = home === undefined ? [] : [`${home}/.vnc/config`, `${home}/.config/tigervnc/config`]
  const lines = [...own, ...places].flatMap((file) => configLines(root, file, { between: '=' }))
  const value = (key: string) =>
    lines
      .filter((line) => line.key.replace(/^\$/, '') === key)
      .at(-1)
      ?.value.replace(/[";]/g, '')
      .trim()
  const types = value('securitytypes') ?? ''
  const isLocal = value('localhost') === undefined ? !/x509|tls/i.test(types) : !isNo(value('localhost'))
  const port = portOf(value('rfbport')) ?? 5900 + Number(display)
  const more = { tls: /^(x509|tls)/i.test(types), authentication: !/(^|,)\s*(tls|x509)?none/i.test(types) }
  return tcp(user.at, port, isLocal ? ['127.0.0.1', '::1'] : 'all', more)
}

/** wayvnc(1): `address` and `port`; without `enable_auth` it shows the screen to whoever comes. */
const wayvnc: DaemonReader = ({ root, words }) => {
  const file = flagIn(words, '-C', '--config') ?? '/etc/wayvnc/config'
  const lines = configLines(root, file, { between: '=' })
  const auth = lastNamed(lines, 'enable_auth')
  const address = lastNamed(lines, 'address')
  const port = lastNamed(lines, 'port')
  const at = auth?.at ?? address?.at ?? { file, line: undefined }
  const given = words.filter((word) => /^(\d+\.\d+\.\d+\.\d+|::|localhost)$/.test(word)).at(-1)
  const where = given ?? address?.value ?? 'localhost'
  const tls =
    lastNamed(lines, 'certificate_file') !== undefined || lastNamed(lines, 'rsa_private_key_file') !== undefined
  return tcp(at, portOf(port?.value) ?? 5900, addressesOf([where]), { tls, authentication: isYes(auth?.value) })
}

/** x11vnc(1): no password is asked unless the command names one. */
const x11vnc: DaemonReader = ({ words, file }) => {
  const asks = words.some((word) => /^-(rfbauth|passwd|passwdfile|usepw|unixpw|unixpw_nis|viewpasswd)$/.test(word))
  const isLocal = words.includes('-localhost')
  const port = portOf(flagIn(words, '-rfbport')) ?? 5900
  const tls = words.some((word) => /^-(ssl|stunnel)$/.test(word))
  return tcp({ file, line: undefined }, port, isLocal ? ['127.0.0.1', '::1'] : 'all', { tls, authentication: asks })
}

/** RealVNC Server's parameters, those of root's own file last. */
const realvnc: DaemonReader = ({ root }) => {
  const files = ['/etc/vnc/config.d/common', '/etc/vnc/config.d/common.custom', '/root/.vnc/config.d/vncserver-x11']
  const lines = files.flatMap((file) => configLines(root, file, { between: '=' }))
  const types = lastNamed(lines, 'authentication')
  const port = lastNamed(lines, 'rfbport')
  const at = types?.at ?? port?.at ?? { file: files[2] as string, line: undefined }
  const tls = !/^(AlwaysOff|PreferOff)$/i.test(lastNamed(lines, 'encryption')?.value ?? '')
  return tcp(at, portOf(port?.value) ?? 5900, 'all', { tls, authentication: !/^none$/i.test(types?.value ?? '') })
}

/** Programs that show a screen to others. */
export const remoteDesktops: DaemonReaders = {
  xrdp,
  'xrdp-sesman': sesman,
  'tigervncserver@': tigervnc,
  'vncserver@': tigervnc,
  wayvnc,
  x11vnc,
  'vncserver-x11-serviced': realvnc,
  'rpi-connect': () => [],
}

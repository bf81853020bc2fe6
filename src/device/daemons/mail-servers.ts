import { type BlockGrammar, readBlocks, those } from './blocks.ts'
import { configLines, configText, filesLike, isNo, isThere, isYes, lastNamed, listOf } from './config-lines.ts'
import {
  type ConfigPlace,
  type DaemonReader,
  type DaemonReaders,
  type Listening,
  type Prediction,
  tcp,
} from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'

/** update-exim4.conf(8): dc_local_interfaces, separated by `;`; empty is every address, `ADDRESS.PORT` another port. */
const exim: DaemonReader = ({ root }) => {
  const file = '/etc/exim4/update-exim4.conf.conf'
  const own = '/etc/exim4/exim4.conf'
  if (isThere(root, own)) return [{ untold: `${own} decides, which is not read`, at: { file: own, line: undefined } }]
  const lines = configLines(root, file, { between: '=' })
  const listens = lastNamed(lines, 'dc_local_interfaces')
  const at = listens?.at ?? { file, line: undefined }
  const each = (listens?.value ?? '').split(/[\s;]+/).filter((one) => one !== '' && one !== '<')
  if (each.length === 0) return tcp(at, 25, 'all')
  return each.flatMap((one) => {
    const [, four, behindFour] = /^(\d+\.\d+\.\d+\.\d+)(?:[.:](\d+))?$/.exec(one) ?? []
    const [, six = one, behindSix] = /^\[([^\]]*)\](?:[.:](\d+))?$/.exec(one) ?? []
    return tcp(at, portOf(behindFour ?? behindSix ?? '25'), addressesOf([four ?? six]))
  })
}

/** inet_interfaces of main.cf, and the services of master.cf that are of the network (master(5)). */
const postfix: DaemonReader = ({ root }) => {
  const file = '/etc/postfix/main.cf'
  if (!isThere(root, file)) return []
  const lines = configLines(root, file, { between: '=' })
  const set = lastNamed(lines, 'inet_interfaces')
  const names = listOf(set?.value ?? 'all')
  const own = names.includes('loopback-only') ? ['127.0.0.1', '::1'] : addressesOf(names)
  const master = '/etc/postfix/master.cf'
  return configText(root, master)
    .split('\n')
    .flatMap((text, index): readonly Prediction[] => {
      const [name = '', type] = text.split(/\s+/)
      if (type !== 'inet' || /^[#\s]/.test(text) || name === '') return []
      const [, host = '', service = name] = /^(.*):([^:]+)$/.exec(name) ?? []
      const port = portOf(service) ?? SERVICES.get(service)
      const at: ConfigPlace = set?.at ?? { file: master, line: index + 1 }
      return tcp(at, port, host === '' ? own : addressesOf([host]), {
        tls: /^(smtps|submissions|465)$/.test(service) || undefined,
      })
    })
}

/** Names that master.cf has (/etc/services). */
const SERVICES: ReadonlyMap<string, number> = new Map([
  ['smtp', 25],
  ['submission', 587],
  ['submissions', 465],
  ['smtps', 465],
  ['qmqp', 628],
])

const DOVECOT: BlockGrammar = {
  ends: '\n',
  folder: '/etc/dovecot',
  includes: ([name, pattern]) => (name === '!include' || name === '!include_try' ? pattern : undefined),
}
/** The listeners of a protocol: name, port, whether it begins with TLS. */
const MAIL: Readonly<Record<string, readonly (readonly [string, number, boolean])[]>> = {
  imap: [
    ['imap', 143, false],
    ['imaps', 993, true],
  ],
  pop3: [
    ['pop3', 110, false],
    ['pop3s', 995, true],
  ],
  sieve: [['sieve', 4190, false]],
  submission: [['submission', 587, false]],
}

/** Dovecot's `protocols`, `listen`, `ssl`, and the `inet_listener` of each. */
const dovecot: DaemonReader = ({ root }) => {
  const file = '/etc/dovecot/dovecot.conf'
  const all = readBlocks(root, file, DOVECOT)
  const value = (name: string) =>
    those(all, name)
      .filter(({ words }) => words[1] === '=')
      .at(-1)
  const listed = value('protocols')?.words.slice(2) ?? []
  const installed = filesLike(root, '/usr/share/dovecot/protocols.d/*.protocol').map((path) =>
    path.replace(/^.*\/(\w+)\.protocol$/, '$1').replace(/d$/, ''),
  )
  const protocols = [...new Set([...listed.filter((word) => !word.startsWith('$')), ...installed])]
  const listen = value('listen')
  const addresses = listen === undefined ? 'all' : addressesOf(listOf(listen.words.slice(2).join(' ')))
  const hasTls = !isNo(value('ssl')?.words[2])
  const isPlain = isNo(value('disable_plaintext_auth')?.words[2]) || isYes(value('auth_allow_cleartext')?.words[2])
  const services = all.filter(({ words }) => words[0] === 'service').flatMap(({ block = [] }) => block)
  return protocols.flatMap((protocol) =>
    (Object.hasOwn(MAIL, protocol) ? (MAIL[protocol] ?? []) : []).flatMap(
      ([name, usual, tls]): readonly Listening[] => {
        const own = services.find(({ words }) => words[0] === 'inet_listener' && words[1] === name)
        const port = those(own?.block ?? [], 'port').at(-1)
        const isOff = (tls && !hasTls) || isYes(those(own?.block ?? [], 'disabled')[0]?.words[2])
        const number = port === undefined ? usual : portOf(port.words[2])
        const at = port?.at ?? { file, line: undefined }
        // Without TLS a password is taken of the device itself alone, unless that is allowed.
        return isOff ? [] : tcp(at, number, addresses, { tls: tls || !isPlain, authentication: true })
      },
    ),
  )
}

/** Servers of mail. */
export const mailServers: DaemonReaders = {
  exim4: exim,
  postfix,
  'postfix@': postfix,
  dovecot,
}

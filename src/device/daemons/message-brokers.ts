import { type ConfigLine, configLines, flagIn, isNo, isYes, lastNamed, listOf } from './config-lines.ts'
import { type DaemonReader, type DaemonReaders, type Prediction, tcp } from './daemon-listener.ts'
import { addressesOf, portOf } from './endpoint.ts'

/**
 * mosquitto.conf(5), of version 2: without a listener it serves the device itself, anybody of it; with one nobody without
 * a name and a password, unless `allow_anonymous` says so.
 */
const mosquitto: DaemonReader = ({ root, words }) => {
  const file = flagIn(words, '-c') ?? '/etc/mosquitto/mosquitto.conf'
  const lines = configLines(root, file, {
    between: ' ',
    includes: ({ key, value }) => (key === 'include_dir' ? `${value}/*.conf` : undefined),
  })
  const general: ConfigLine[] = []
  const listeners: { readonly line: ConfigLine; readonly own: ConfigLine[] }[] = []
  for (const line of lines) {
    if (line.key === 'listener') listeners.push({ line, own: [] })
    else (listeners.at(-1)?.own ?? general).push(line)
  }
  const isEach = isYes(lastNamed(lines, 'per_listener_settings')?.value)
  const port = lastNamed(general, 'port') ?? lastNamed(general, 'bind_address')
  if (port === undefined && listeners.length === 0) {
    return tcp({ file, line: undefined }, 1883, ['127.0.0.1', '::1'], { tls: false, authentication: false })
  }
  const older = port === undefined ? [] : usual(general, port, lines)
  return [
    ...older,
    ...listeners.slice(0, MOST_LISTENERS).flatMap((listener) => socketOf(listener, isEach ? listener.own : lines)),
  ]
}

/** No broker has more. */
const MOST_LISTENERS = 100

interface Listener {
  readonly line: ConfigLine
  /** The settings between it and the next. */
  readonly own: readonly ConfigLine[]
}

/** The listener that `port` and `bind_address` make, which later versions no longer have. */
function usual(general: readonly ConfigLine[], { at }: ConfigLine, all: readonly ConfigLine[]): readonly Prediction[] {
  const address = lastNamed(general, 'bind_address')?.value ?? ''
  const port = portOf(lastNamed(general, 'port')?.value) ?? 1883
  return tcp(at, port, addressesOf([address]), { tls: hasTls(general), authentication: asks(general, all) })
}

function socketOf({ line, own }: Listener, asked: readonly ConfigLine[]): readonly Prediction[] {
  const [port, address = ''] = listOf(line.value)
  if (port === '0') return []
  const bound = lastNamed(own, 'bind_interface')?.value ?? address
  return tcp(line.at, portOf(port), addressesOf([bound]), { tls: hasTls(own), authentication: asks(own, asked) })
}

function hasTls(lines: readonly ConfigLine[]): boolean {
  return ['certfile', 'psk_hint'].some((key) => lastNamed(lines, key) !== undefined)
}

/** `allow_anonymous` is false as soon as there is a listener. */
function asks(own: readonly ConfigLine[], asked: readonly ConfigLine[]): boolean {
  const anonymous = lastNamed(asked, 'allow_anonymous')?.value
  return isYes(lastNamed(own, 'require_certificate')?.value) || anonymous === undefined || isNo(anonymous)
}

/** Brokers of messages. */
export const messageBrokers: DaemonReaders = { mosquitto }

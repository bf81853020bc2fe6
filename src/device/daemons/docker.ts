import { configText, filesLike } from './config-lines.ts'
import {
  type ConfigPlace,
  type DaemonReader,
  type DaemonReaders,
  type Prediction,
  tcp,
  udp,
} from './daemon-listener.ts'
import { addressesOf, endpointOf, portOf } from './endpoint.ts'

type Json = Readonly<Record<string, unknown>>

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 1000) : [])

function jsonOf(text: string): Json | undefined {
  try {
    return record(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** dockerd(8): `-H tcp://…` of its command and `hosts` of daemon.json; then what its containers publish. */
const docker: DaemonReader = ({ root, words, file }) => {
  const path = '/etc/docker/daemon.json'
  const text = configText(root, path)
  const settings = text === '' ? {} : jsonOf(text)
  if (settings === undefined) return [{ untold: 'it is not JSON', at: { file: path, line: undefined } }]
  const given = words.flatMap((word, index) =>
    word === '-H' || word === '--host' ? [words[index + 1] ?? ''] : (/^(?:--host=|-H=?)(.+)$/.exec(word)?.[1] ?? []),
  )
  const isVerified = settings.tlsverify === true || words.some((word) => /^--tlsverify(=true)?$/.test(word))
  const isTls = isVerified || settings.tls === true || words.some((word) => /^--tls(=true)?$/.test(word))
  const api = (host: string, at: ConfigPlace) => {
    if (!host.startsWith('tcp://')) return []
    const where = endpointOf(host.slice('tcp://'.length).replace(/\/.*$/, ''))
    const port = where.port ?? (isTls ? 2376 : 2375)
    // `tcp://` and `tcp://:2375` are of the loopback alone (opts/hosts.go, DefaultTCPHost).
    const addresses = /^tcp:\/\/(:|$)/.test(host) ? ['127.0.0.1'] : where.addresses
    return tcp(at, port, addresses, { tls: isTls, authentication: isVerified })
  }
  return [
    ...given.flatMap((host) => api(host, { file, line: undefined })),
    ...list(settings.hosts).flatMap((host) => api(String(host), { file: path, line: lineOf(text, String(host)) })),
    ...filesLike(root, '/var/lib/docker/containers/*/hostconfig.json').flatMap((one) =>
      published(configText(root, one), one),
    ),
  ]
}

function lineOf(text: string, word: string): number | undefined {
  const index = text.split('\n').findIndex((line) => line.includes(word))
  return index < 0 ? undefined : index + 1
}

/** A container that docker starts again by itself, with its PortBindings; with the host's network it binds what it likes. */
function published(text: string, file: string): readonly Prediction[] {
  const at = { file, line: undefined }
  const config = jsonOf(text)
  if (config === undefined) return [{ untold: 'it is not JSON', at }]
  if (!/^(always|unless-stopped|on-failure)$/.test(String(record(config.RestartPolicy).Name))) return []
  if (config.NetworkMode === 'host') return [{ untold: 'this container has the network of the device', at }]
  return Object.entries(record(config.PortBindings)).flatMap(([inside, bindings]) =>
    list(bindings).flatMap((binding): readonly Prediction[] => {
      const { HostIp: address, HostPort: port } = record(binding)
      if (String(port ?? '') === '') return [{ untold: `docker takes any port for ${inside.slice(0, 40)}`, at }]
      const make = inside.endsWith('/udp') ? udp : tcp
      return make(at, portOf(String(port)), addressesOf([String(address ?? '')]), { isForwarded: true })
    }),
  )
}

/** Containers. */
export const containers: DaemonReaders = { docker }

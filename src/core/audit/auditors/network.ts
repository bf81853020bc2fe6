import type { Listening } from '../../../device/daemons/daemon-listener.ts'
import { isLoopbackOnly } from '../../../device/daemons/endpoint.ts'
import { spelled } from '../../../device/net/reach.ts'
import type { FinishedDevice } from '../../access/finished-device.ts'
import { filteredTo } from '../../access/readers/firewall.ts'
import type { Audited, Auditor, Sighting } from '../finding.ts'
import { openSockets } from '../open-sockets.ts'

/** A port of no service: what gets through to it gets through to any that no rule is about. */
const ANY = 9

/** What listens to the network, behind which packet filter. */
export const network: Auditor = (audited) => [...filter(audited), ...listeners(audited), ...limit(audited)]

function filter({ device }: Audited): readonly Sighting[] {
  if (filteredTo(device, ANY, 'tcp').possible.length === 0) return []
  const because = 'a connection to a port that no rule is about gets through'
  return [{ rule: 'no-packet-filter', subject: 'the device', at: undefined, because }]
}

/** mDNS is on every Pi, gives a name away and no more, and ufw lets it in by itself. */
const ON_EVERY_DEVICE = 'avahi-daemon.service'

function listeners({ device }: Audited): readonly Sighting[] {
  return openSockets(device).flatMap(({ unit, prediction }) => {
    if ('untold' in prediction) {
      const because = `on what else ${unit} listens cannot be told: ${prediction.untold}`
      return [{ rule: 'untold-listener', subject: unit, at: prediction.at, because, unit }] as const
    }
    return unit === ON_EVERY_DEVICE || isLoopbackOnly(prediction) ? [] : reached(device, unit, prediction)
  })
}

/** A socket to which a connection from outside gets through, and how the daemon takes it. */
function reached(device: FinishedDevice, unit: string, socket: Listening): readonly Sighting[] {
  const { protocol, port, addresses, at, authentication, tls, isForwarded } = socket
  const { possible } = filteredTo(device, port, protocol)
  if (possible.length === 0 && isForwarded !== true) return []
  const place = `${port}/${protocol}`
  const own = addresses === 'all' ? '' : ` of ${addresses.join(', ')}`
  const from = possible.map(spelled).flatMap((one) => (one.from === 'everywhere' ? [] : one.from))
  const past = possible.length === 0 ? ', which the packet filter does not keep from it: it is forwarded' : ''
  const sources = from.length === 0 || isForwarded === true ? past : `, reached from ${from.join(', ')}`
  const seen = (rule: Sighting['rule'], because: string): Sighting => ({
    rule,
    subject: `${unit} ${place}`,
    at,
    because,
    unit,
  })
  const does = `${unit} listens on ${place}${own}${sources}`
  return [
    seen('listener', does),
    ...(authentication === false ? [seen('open-service', `${does}, and asks nobody who comes`)] : []),
    ...(authentication === true && tls === false ? [seen('plain-text-service', `${does}, without TLS`)] : []),
  ]
}

function limit({ device, proof }: Audited): readonly Sighting[] {
  const isAsked = proof.intruders.some(({ by }) => by === 'password')
  const { packages, requests } = device
  const isThere =
    packages.has('fail2ban') || requests.some(({ name, action }) => name === 'fail2ban' && action === 'install')
  if (!isAsked || isThere) return []
  return [
    { rule: 'no-limit', subject: 'sshd', at: undefined, because: 'SSH takes passwords, and fail2ban is not there' },
  ]
}

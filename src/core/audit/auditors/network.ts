import { spelled } from '../../../device/net/reach.ts'
import { textAt } from '../../../device/sshd/files.ts'
import { filteredTo } from '../../access/readers/firewall.ts'
import { startOf } from '../../access/start.ts'
import { listenersOf } from '../../controls/listeners.ts'
import type { Audited, Auditor, Sighting } from '../finding.ts'

/** A port of no service: what gets through to it gets through to any that no rule is about. */
const ANY = 9

/** What listens to the network, behind which packet filter. */
export const network: Auditor = (audited) => [...filter(audited), ...listeners(audited), ...limit(audited)]

function isOpen({ device }: Audited, port: number): boolean {
  return filteredTo(device, port).possible.length > 0
}

function filter(audited: Audited): readonly Sighting[] {
  if (!isOpen(audited, ANY)) return []
  const because = 'a connection to a port that no rule is about gets through'
  return [{ rule: 'no-packet-filter', subject: 'the device', at: undefined, because }]
}

function listeners(audited: Audited): readonly Sighting[] {
  const { device } = audited
  const units = [...startOf(device).started.values()].map(({ unit }) => unit)
  return units.flatMap(({ name, file }) =>
    listenersOf(name, file === undefined ? undefined : textAt(device.root, file)).flatMap(
      ({ protocol, port }): readonly Sighting[] => {
        const place = `${port}/${protocol}`
        const at = file === undefined ? undefined : { file, line: undefined }
        const seen = (from: string): Sighting => ({
          rule: 'listener',
          subject: `${name} ${place}`,
          at,
          because: `${name} listens on ${place}${from}`,
          names: { UNIT: name },
        })
        // Rules for UDP are not evaluated: with a filter in force these ports count as shut.
        if (protocol === 'udp') return isOpen(audited, ANY) ? [seen('')] : []
        const { possible } = filteredTo(device, port)
        const from = possible.map(spelled).flatMap((one) => (one.from === 'everywhere' ? [] : one.from))
        return possible.length === 0 ? [] : [seen(from.length === 0 ? '' : `, reached from ${from.join(', ')}`)]
      },
    ),
  )
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

import { holdsPort } from '../../device/ufw/ports.ts'
import type { Services } from '../../device/ufw/services.ts'

/**
 * Whether `port` of a jail (jail.conf(5)), which packet filters get as it stands, holds a port: numbers, ranges LOW:HIGH and
 * names of services(5), a comma between two.
 *
 * @returns undefined: a part of it is none of these
 */
export function jailWatches(ports: string, port: number, services: Services): boolean | undefined {
  const parts = ports.split(',').map((part) => numeric(part, services))
  if (!parts.every((part) => part !== undefined)) return undefined
  return holdsPort(parts.join(','), port)
}

function numeric(part: string, services: Services): string | undefined {
  if (/^\d{1,5}(?::\d{1,5})?$/.test(part))
    return part.split(':').every((end) => Number(end) <= 65535) ? part : undefined
  const service = services.get(part)
  return service === undefined ? undefined : String(service.port)
}

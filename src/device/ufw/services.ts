import type { Tree } from '../../storage/tree/tree.ts'
import { SERVICES } from './services-table.ts'

/** What ufw needs of one name in services(5): the port of its first entry, and the protocols it is known under. */
export interface Service {
  readonly port: number
  /** `any`: tcp and udp; `none`: only something else (sctp, ddp), which ufw cannot use. */
  readonly protocol: 'tcp' | 'udp' | 'any' | 'none'
}

export type Services = ReadonlyMap<string, Service>

/**
 * Reads the text of /etc/services; names and aliases, the first entry of a name decides its port as in getservbyname(3).
 *
 * @internal exported for the tests
 */
export function parseServices(text: string): Services {
  const services = new Map<string, Service>()
  for (const line of text.split('\n')) {
    const [name, place, ...aliases] = (line.split('#')[0] ?? '').split(/\s+/).filter((word) => word !== '')
    const [port, protocol] = place?.split('/') ?? []
    if (name === undefined || !/^\d+$/.test(port ?? '')) continue
    for (const alias of [name, ...aliases]) {
      const known = services.get(alias)
      services.set(alias, { port: known?.port ?? Number(port), protocol: join(known?.protocol ?? 'none', protocol) })
    }
  }
  return services
}

/** Those of an image; Debian's where it has no such file. */
export function servicesOf(root: Tree): Services {
  const text = root.read('/etc/services')
  return text === undefined ? debianServices : parseServices(new TextDecoder().decode(text))
}

function join(known: Service['protocol'], more: string | undefined): Service['protocol'] {
  if (more !== 'tcp' && more !== 'udp') return known
  return known === 'none' || known === more ? more : 'any'
}

/** Debian 13's table (netbase 6.5), for when no image is at hand; Debian 12's lacks only `coap` and `coaps`. */
export const debianServices: Services = parseServices(SERVICES)

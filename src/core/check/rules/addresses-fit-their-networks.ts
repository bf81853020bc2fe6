import type { SpecPath } from '../../../base/report/report.ts'
import { type Network, parseNetwork } from '../../../device/net/address.ts'
import {
  type HostAddress,
  hostText,
  isLinkLocal,
  isOnLink,
  notOfAHost,
  parseHostAddress,
} from '../../../device/net/host-address.ts'
import { connectionsOf, familiesOf, type Ip } from '../../spec-file/connections.ts'
import type { Report, Rule } from './rule.ts'

/** The addresses of a connection fit its method, and its routers are in one of its networks. */
export const addressesFitTheirNetworks: Rule = {
  reads: ['network'],
  check({ spec }, report) {
    for (const connection of connectionsOf(spec)) {
      for (const [key, ip] of familiesOf(connection)) {
        const place = [...connection.path, key]
        checkMethod(ip, place, report)
        if (ip.method === 'manual') checkRouters(ip, place, report)
      }
    }
  },
}

function checkMethod({ method, addresses, gateway, dns, routes }: Ip, place: SpecPath, report: Report): void {
  if (method === 'manual') {
    if (addresses.length > 0) return
    report.error('NET015', place, 'method: manual needs addresses', 'addresses: [192.168.1.10/24], or method: auto')
    return
  }
  const hint = method === 'auto' ? 'method: manual, or take them out' : 'take them out, or say method: manual'
  const own = [
    ['addresses', addresses.length > 0],
    ['gateway', gateway !== undefined],
    ['dns', method === 'disabled' && dns.length > 0],
    ['routes', method === 'disabled' && routes.length > 0],
  ] as const
  for (const [key, isSet] of own) {
    if (isSet) report.error('NET015', [...place, key], `${key} has no effect with method: ${method}`, hint)
  }
}

function checkRouters({ addresses, gateway, routes }: Ip, place: SpecPath, report: Report): void {
  const own = addresses.flatMap((text) => parseHostAddress(text) ?? [])
  for (const [i, address] of own.entries()) {
    if (isLinkLocal(address)) {
      const message = `${hostText(address)} is good on one wire only: no router forwards it`
      report.warning('NET014', [...place, 'addresses', i], message)
    }
    if (isAlone(address) && gateway === undefined) {
      const message = `/${address.length} is a network of this address alone: nobody is reached without a gateway`
      report.error('NET016', [...place, 'addresses', i], message, 'write the length that the network has, e.g. /24')
    }
  }
  const routers = [
    { path: [...place, 'gateway'], text: gateway },
    ...routes.map(({ via }, i) => ({ path: [...place, 'routes', i, 'via'], text: via })),
  ]
  for (const { path, text } of routers) {
    const router = text === undefined ? undefined : parseNetwork(text)
    if (router === undefined) continue
    const wrong = routerFault(router, own)
    if (wrong !== undefined) report.error('NET016', path, `${text} ${wrong.message}`, wrong.hint)
  }
}

function routerFault(router: Network, own: readonly HostAddress[]): { message: string; hint: string } | undefined {
  if (own.some(({ bits }) => bits === router.bits)) {
    return { message: 'is the address of the device itself', hint: 'write the address of the router' }
  }
  // Of IPv6 a router goes by its address on the link; a single address has its router outside (NetworkManager adds the route).
  if ((router.family === 6 && isLinkLocal(router)) || own.some(isAlone)) return undefined
  const net = own.find((address) => isOnLink(address, router))
  if (net === undefined) {
    return {
      message: `is in no network of the connection, so it cannot be reached`,
      hint: 'look at the addresses and their lengths',
    }
  }
  const isHost = parseHostAddress(`${hostText(router)}/${net.length}`)
  const kind = isHost && notOfAHost(isHost)
  return kind === undefined ? undefined : { message: `is ${kind}`, hint: 'write the address of the router' }
}

function isAlone({ family, length }: HostAddress): boolean {
  return length === (family === 4 ? 32 : 128)
}

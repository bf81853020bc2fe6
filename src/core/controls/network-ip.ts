import type { SpecPath } from '../../base/report/report.ts'
import { Traced } from '../render/render.ts'
import type { Ip } from '../spec-file/connections.ts'
import type { Context } from './control.ts'

/** What a section `[ipv4]` or `[ipv6]` of a profile says (nm-settings-keyfile(5)). */
export interface IpPart {
  readonly method: string | Traced
  readonly lines: readonly { readonly key: string; readonly value: Traced }[]
}

/** @param path its place in the spec */
export function ipPart({ because }: Context, { method, addresses, gateway, dns, routes }: Ip, path: SpecPath): IpPart {
  const line = (key: string, value: string, place: SpecPath, reason: string) => ({
    key,
    value: new Traced(value, because([...path, ...place], reason)),
  })
  return {
    method: method === 'auto' ? method : new Traced(method, because([...path, 'method'], 'how it gets its addresses')),
    lines: [
      ...addresses.map((one, i) => line(`address${i + 1}`, one, ['addresses', i], 'an address of the device')),
      ...(gateway === undefined ? [] : [line('gateway', gateway, ['gateway'], 'the router to everywhere else')]),
      ...(dns.length === 0 ? [] : [line('dns', `${dns.join(';')};`, ['dns'], 'who finds addresses by names')]),
      ...routes.map(({ to, via }, i) =>
        line(
          `route${i + 1}`,
          via === undefined ? to : `${to},${via}`,
          ['routes', i],
          'a network behind another router',
        ),
      ),
    ],
  }
}

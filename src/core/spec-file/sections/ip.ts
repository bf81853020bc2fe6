import type { Family } from '../../../device/net/address.ts'
import * as f from '../network-fields.ts'
import { list, oneOf, section, setting } from '../values.ts'

/** What is said of the addresses of a connection, for one family. */
const ip = (family: Family, automatic: string) =>
  section(
    {
      method: setting(oneOf(['auto', 'manual', 'disabled'], `${automatic}, the addresses below, or none.`), 'auto'),
      addresses: setting(
        list(f.hostAddress(family, 'An address and the length of its network.'), 'With method manual.'),
        [],
      ),
      gateway: setting(f.plainAddress(family, 'The router to everywhere else, with method manual.')),
      dns: setting(
        list(f.plainAddress(family, 'An address.'), 'Name servers, beside those that come by themselves.'),
        [],
      ),
      routes: setting(
        list(
          section(
            {
              to: f.destination(family, 'A network.'),
              via: setting(f.plainAddress(family, 'The router to it; left out: it is on the wire itself.')),
            },
            'A network behind another router.',
          ),
          'Networks that are reached in another way than by the gateway.',
        ),
        [],
      ),
    },
    `IPv${family} of the connection.`,
  )

/** The keys that every connection has: which interface it is for, and its addresses. */
export const connection = {
  interface: setting(f.interfaceName('The interface that it is for, e.g. eth0; left out: any of its kind.')),
  mac: setting(f.mac('The hardware address of the interface that it is for.')),
  ipv4: setting(ip(4, 'DHCP'), {}),
  ipv6: setting(ip(6, 'Router advertisements and DHCPv6'), {}),
} as const

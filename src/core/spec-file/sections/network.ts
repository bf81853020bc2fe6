import * as f from '../fields.ts'
import { flag, list, section, setting } from '../values.ts'

const wifiNetwork = section(
  {
    ssid: f.ssid('Name of the network.'),
    pskFile: setting(
      f.referenced(
        'A file with the passphrase (8 to 63 characters) or the key (64 hex digits); left out: an open network.',
      ),
    ),
    hidden: setting(flag('The network does not announce its name.'), false),
  },
  'A wireless network.',
)

const wifi = section(
  {
    country: f.country('Where the radio is used, ISO 3166 alpha-2.'),
    networks: setting(list(wifiNetwork, 'Networks that the device joins.'), []),
  },
  'Wireless networks.',
)

export const network = section({ wifi: setting(wifi) }, 'Connections.')

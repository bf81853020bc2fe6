import * as f from '../fields.ts'
import { secretSource } from '../secret-source.ts'
import { flag, list, oneOf, section, setting, whole } from '../values.ts'
import { connection } from './ip.ts'

const eap = section(
  {
    method: oneOf(
      ['peap', 'ttls', 'tls'],
      'How the device shows who it is: by a password in a tunnel, or (tls) by a key.',
    ),
    identity: f.identity('The name that the password or the certificate belongs to.'),
    anonymousIdentity: setting(f.identity('The name that everybody near can read, in place of the other one.')),
    password: setting(secretSource('The password for peap and ttls, from a file, a variable or a program.')),
    passwordFile: setting(f.referenced('A file with the password, for peap and ttls.')),
    inner: setting(
      oneOf(['mschapv2', 'pap'], 'How the password is sent in the tunnel; pap for ttls alone.'),
      'mschapv2',
    ),
    caFile: setting(
      f.referenced('A file of certificates (PEM): the authority that signs the certificate of the server.'),
    ),
    systemCa: setting(
      flag('In place of caFile: any authority that the image trusts. Then the name of the server is needed too.'),
      false,
    ),
    domain: setting(f.hostname('The name of the server: what its certificate is for, or the end of that.')),
    certificateFile: setting(f.referenced('For tls: a file with the certificate of the device (PEM).')),
    key: setting(secretSource('For tls: the private key of the certificate, without a passphrase (PEM).')),
    keyFile: setting(
      f.referenced('For tls: a file with the private key of the certificate, without a passphrase (PEM).'),
    ),
  },
  'Log-in by 802.1X (WPA Enterprise).',
)

const wifiNetwork = section(
  {
    ssid: f.ssid('Name of the network.'),
    security: setting(
      oneOf(
        ['wpa2', 'wpa2-wpa3', 'wpa3', 'owe', 'open'],
        'How the network is protected; left out: wpa2 with a password, else open.',
      ),
    ),
    psk: setting(secretSource('The passphrase or key, from a file, a variable or a program.')),
    pskFile: setting(
      f.referenced(
        'A file with the passphrase (8 to 63 characters) or the key (64 hex digits); left out: an open network.',
      ),
    ),
    eap: setting(eap),
    hidden: setting(flag('The network does not announce its name.'), false),
    priority: setting(whole(-999, 999, 'NET013', 'Of several networks at hand the one with the highest is joined.'), 0),
    ...connection,
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

const wired = section(connection, 'A connection by cable.')

export const network = section(
  {
    none: setting(flag('No network at all: nothing brings one up, and the radios are off.'), false),
    wifi: setting(wifi),
    wired: setting(list(wired, 'Connections by cable; left out: every port asks for its addresses.'), []),
  },
  'Connections.',
)

import * as f from '../fields.ts'
import { list, section, setting } from '../values.ts'

const proxy = section(
  {
    url: f.proxyUrl('The address of the proxy, e.g. http://proxy.example.org:3128.'),
    except: setting(list(f.proxyException('A host, .DOMAIN or an address.'), 'What is fetched without it.'), []),
  },
  'What apt and other programs fetch by HTTP comes through it.',
)

export const device = section(
  {
    hostname: setting(f.hostname('Name of the device, also written to /etc/hosts.')),
    timezone: setting(f.timezone('Time zone, e.g. Europe/Vienna.')),
    locale: setting(f.locale('Language and format, e.g. en_GB.UTF-8.')),
    keyboard: setting(f.keyboard('Keyboard layout, e.g. gb.')),
    keyboardVariant: setting(f.keyboardVariant('Variant of the layout, e.g. nodeadkeys.')),
    timeServers: setting(
      list(f.timeServer('A name or an address.'), 'Servers that set the clock; left out: those of the image.'),
      [],
    ),
    caCertificates: setting(
      list(f.referenced('A file of certificates (PEM).'), 'Authorities that the device trusts beside those of Debian.'),
      [],
    ),
    proxy: setting(proxy),
  },
  'What the device is called and where it is. What is left out stays as the image has it.',
)

import { fnmatch } from '../formats/fnmatch.ts'

/** A network interface of the device, as far as an image tells it. */
export interface Link {
  readonly name: string
  readonly type: 'wifi' | 'ethernet'
  /** One of these, by the model. */
  readonly drivers: readonly string[]
}

/** On the boards of Raspberry Pi: Wi-Fi; Ethernet of the Pi 4, of the Pi 5, and of those before. */
export const LINKS: Readonly<Record<'wlan0' | 'eth0', Link>> = {
  wlan0: { name: 'wlan0', type: 'wifi', drivers: ['brcmfmac'] },
  eth0: { name: 'eth0', type: 'ethernet', drivers: ['bcmgenet', 'macb', 'smsc95xx', 'lan78xx'] },
}

/**
 * Whether a list of devices names a link (NetworkManager.conf(5), Device List Format): something does, and no `except:`;
 * or there are nothing but `except:`, and none does. A hardware address is no link of which an image knows.
 */
export function isInList(list: string, link: Link): boolean {
  const specs = list.split(/[,;]/).flatMap((spec) => (spec.trim() === '' ? [] : [spec.trim()]))
  const excepted = specs.filter((spec) => /^except:/i.test(spec))
  if (excepted.some((spec) => isNamed(spec.slice('except:'.length), link))) return false
  const named = specs.filter((spec) => !excepted.includes(spec))
  return named.length === 0 ? excepted.length > 0 : named.some((spec) => isNamed(spec, link))
}

function isNamed(spec: string, { name, type, drivers }: Link): boolean {
  const [, kind, value = ''] = /^(type|interface-name|driver):(.*)$/i.exec(spec) ?? []
  switch (kind?.toLowerCase()) {
    case 'type':
      return value === type
    case 'interface-name':
      return value.startsWith('=') ? value.slice(1) === name : fnmatch(value.replace(/^~/, ''), name)
    case 'driver':
      return drivers.some((driver) => fnmatch(value.replace(/\/.*$/, ''), driver))
    default:
      return spec === '*' || spec === name
  }
}

import { confLines } from '../../device/network-manager/conf.ts'
import { LINKS } from '../../device/network-manager/device-list.ts'
import { managedStatements } from '../../device/network-manager/managed.ts'
import type { Mechanism } from './assignment.ts'

const PROFILES = '/etc/NetworkManager/system-connections'
const isProfile = (path: string) => path.startsWith(`${PROFILES}/pibake-`)

/** A profile of Wi-Fi does nothing where NetworkManager leaves wlan0 alone, or looks for profiles elsewhere. */
export const networkManager: Mechanism = {
  isOurs: isProfile,
  read: ({ root }) => {
    const paths = confLines(root)
      .flat()
      .filter(({ section, key }) => section === 'keyfile' && key === 'path')
    return [
      ...root
        .list(PROFILES)
        .map((name) => `${PROFILES}/${name}`)
        .filter(isProfile)
        .flatMap((file) => [
          { key: 'wlan0 managed', value: 'yes', file, line: 1 },
          { key: 'keyfile path', value: PROFILES, file, line: 1 },
        ]),
      ...managedStatements(root, LINKS.wlan0).map(({ isManaged, file, line }) => ({
        key: 'wlan0 managed',
        value: isManaged ? 'yes' : 'no',
        file,
        line,
      })),
      ...paths.map(({ value, file, line }) => ({ key: 'keyfile path', value, file, line })),
    ]
  },
}

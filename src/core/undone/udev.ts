import { mergedByName } from '../../device/systemd/merged.ts'
import { linesOf, type Mechanism } from './assignment.ts'

const FOLDERS = ['/etc/udev/rules.d', '/run/udev/rules.d', '/usr/local/lib/udev/rules.d', '/usr/lib/udev/rules.d']

/** Attributes that udev's rules write: a later rule may write one again, whichever device it is meant for (udev(7)). */
export const udev: Mechanism = {
  isOurs: (path) => path === '/etc/udev/rules.d/99-pibake-usb-storage.rules',
  read: ({ root }) =>
    mergedByName(root, FOLDERS, '.rules').flatMap((file) =>
      linesOf(root, file).flatMap(({ text, line }) =>
        Array.from(text.matchAll(/(ATTR\{[^}]+\})\s*=\s*"([^"]*)"/g), ([, key = '', value = '']) => ({
          key,
          value,
          file,
          line,
        })),
      ),
    ),
}

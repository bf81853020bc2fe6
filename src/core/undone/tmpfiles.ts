import { tmpfilesLines } from '../../device/systemd/tmpfiles.ts'
import type { Mechanism } from './assignment.ts'

const FILES = ['/etc/tmpfiles.d/pibake-modes.conf', '/etc/tmpfiles.d/pibake-ufw.conf']

/** Of several lines for one path the first counts, the others are reported and passed over (tmpfiles.d(5)). */
export const tmpfiles: Mechanism = {
  isOurs: (path) => FILES.includes(path),
  read: ({ root }) =>
    tmpfilesLines(root)
      .map(({ type, path, mode = 0, file, line }) => ({ key: path, value: `${type} ${mode.toString(8)}`, file, line }))
      .reverse(),
}

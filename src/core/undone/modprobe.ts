import { mergedByName } from '../../device/systemd/merged.ts'
import { linesOf, type Mechanism } from './assignment.ts'

const FOLDERS = [
  '/etc/modprobe.d',
  '/run/modprobe.d',
  '/usr/local/lib/modprobe.d',
  '/usr/lib/modprobe.d',
  '/lib/modprobe.d',
]

/** What is run in place of loading a module: of several commands the first one counts (kmod, module_get_install_commands). */
export const modprobe: Mechanism = {
  isOurs: (path) => path === '/etc/modprobe.d/pibake.conf',
  read: ({ root }) =>
    mergedByName(root, FOLDERS, '.conf')
      .flatMap((file) =>
        linesOf(root, file).flatMap(({ text, line }) => {
          const [, module, value = ''] = /^install\s+(\S+)\s*(.*)$/.exec(text) ?? []
          return module === undefined ? [] : [{ key: module.replaceAll('-', '_'), value, file, line }]
        }),
      )
      .reverse(),
}

import { matchPattern } from '../../device/sshd/patterns.ts'
import { mergedByName } from '../../device/systemd/merged.ts'
import { linesOf, type Mechanism } from './assignment.ts'

const OURS = '/etc/systemd/system-preset/00-pibake.preset'
const FOLDERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((place) => `${place}/systemd/system-preset`)

/** What a start without a machine-id makes of units: of the lines that match a unit the first counts (systemd.preset(5)). */
export const preset: Mechanism = {
  isOurs: (path) => path === OURS,
  read: ({ root }) => {
    const units = linesOf(root, OURS).flatMap(({ text }) => text.split(/\s+/).slice(1, 2))
    return mergedByName(root, FOLDERS, '.preset')
      .flatMap((file) =>
        linesOf(root, file).flatMap(({ text, line }) => {
          const [value = '', pattern = ''] = text.split(/\s+/)
          return units.filter((unit) => matchPattern(unit, pattern)).map((key) => ({ key, value, file, line }))
        }),
      )
      .reverse()
  },
}

import { argumentValues, kernelArguments } from '../../device/systemd/kernel-command-line.ts'
import { CMDLINE, linesOf, type Mechanism } from './assignment.ts'

const FILE = '/etc/hostname'

/** systemd asks the kernel's words before the file (hostname-setup.c, hostname_setup(): `systemd.hostname=`). */
export const hostname: Mechanism = {
  isOurs: (path) => path === FILE,
  read: ({ root, boot }) => [
    ...linesOf(root, FILE).map(({ text, line }) => ({ key: 'hostname', value: text, file: FILE, line })),
    ...argumentValues(kernelArguments(boot), 'systemd.hostname').map((value) => ({
      key: 'hostname',
      value,
      ...CMDLINE,
    })),
  ],
}

import { argumentValues, kernelArguments } from '../../../device/systemd/kernel-command-line.ts'
import type { Auditor } from '../finding.ts'

/** Whether the kernel of Raspberry Pi OS, which has AppArmor and does not start it, is told to. */
export const confinement: Auditor = ({ device: { boot, packages, requests } }) => {
  if (boot === undefined) return []
  const words = kernelArguments(boot)
  const isOn =
    argumentValues(words, 'apparmor').at(-1) === '1' &&
    (argumentValues(words, 'security').at(-1) === 'apparmor' ||
      argumentValues(words, 'lsm').at(-1)?.split(',').includes('apparmor'))
  const isThere =
    packages.has('apparmor') || requests.some(({ name, action }) => name === 'apparmor' && action === 'install')
  if (isOn && isThere) return []
  const because = isThere ? 'the kernel is not told to use it' : 'the package apparmor is not there'
  return [{ rule: 'apparmor-off', subject: 'AppArmor', at: { file: '/boot/firmware/cmdline.txt', line: 1 }, because }]
}

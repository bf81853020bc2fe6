import { startOf } from '../../access/start.ts'
import { modprobe } from '../../undone/modprobe.ts'
import type { Auditor } from '../finding.ts'

/** Bluetooth, which answers whoever is near. Wi-Fi without a network is off in Raspberry Pi OS: its country has to be said first. */
export const radios: Auditor = ({ device }) => {
  const started = startOf(device).started.get('bluetooth.service')
  const isBlocked = modprobe
    .read(device)
    .some(({ key, value }) => key === 'bluetooth' && /\/(?:false|true)\b/.test(value))
  if (started === undefined || isBlocked) return []
  return [{ rule: 'bluetooth-on', subject: 'Bluetooth', at: undefined, because: 'bluetooth.service is started' }]
}

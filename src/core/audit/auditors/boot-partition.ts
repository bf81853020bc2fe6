import { seedsOn } from '../../../device/inspect/boot-seeds.ts'
import type { Auditor, Sighting } from '../finding.ts'

/** What holds a secret in a seed of another tool: a passphrase, a hash, a token. */
const SECRET =
  /^\s*(?:psk|password|passwd|hashed_passwd|plain_text_passwd|authorization|token|wpa-psk)\b\s*[:=]|\$(?:1|5|6|y|2[aby])\$|set_wlan|chpasswd/im

/** What other programs left on the boot partition, which every computer reads that the card is put into. */
export const bootPartition: Auditor = ({ device }) => {
  if (device.boot === undefined) return []
  return seedsOn(device.boot).flatMap(({ file, text, seed }): readonly Sighting[] => {
    const path = `/boot/firmware/${file}`
    const line = text.split('\n').findIndex((one) => SECRET.test(one)) + 1
    const agent: Sighting = {
      rule: 'first-boot-agent',
      subject: file,
      at: { file: path, line: undefined },
      because: `it is for ${seed.reader}`,
    }
    const secret: Sighting = {
      rule: 'boot-secret',
      subject: file,
      at: { file: path, line },
      because: 'this line holds a password, a passphrase, or what can be tried against it',
    }
    return [...(seed.isUnread ? [] : [agent]), ...(line > 0 ? [secret] : [])]
  })
}

import { suggest } from '../../../base/report/suggest.ts'
import { MODEL_FILTERS } from '../../../device/formats/boards.ts'
import { LINE_LENGTH } from '../../../device/formats/config-txt.ts'
import { checked, type Fault } from '../values.ts'

/** Lines of config.txt and cmdline.txt, and what is mounted. */

/** What may stand between the brackets, of those that hold for a board or a thing at it. */
const FILTER = new RegExp(
  `^(?:all|${MODEL_FILTERS.map((name) => name.replace('+', '\\+')).join('|')}|board-type=0x[0-9a-f]{1,2}|0x[0-9a-f]{1,16}|gpio\\d{1,2}=[01]|EDID=[A-Za-z0-9_-]{1,60}|HDMI:[01])$`,
)

export const configFilter = (description: string) =>
  checked((filter) => {
    if (FILTER.test(filter)) return undefined
    const near = suggest(filter, ['all', ...MODEL_FILTERS])
    return {
      code: 'HWR003',
      predicate: 'is not a filter of config.txt',
      hint:
        near === undefined ? `without brackets, one of: all, ${MODEL_FILTERS.join(', ')}` : `did you mean '${near}'?`,
    }
  }, description)

export const configLine = (description: string) =>
  checked((line) => {
    const fault = (predicate: string, hint: string): Fault => ({ code: 'HWR003', predicate, hint })
    if (line.length > LINE_LENGTH)
      return fault(`is longer than ${LINE_LENGTH} characters`, 'the firmware reads no more')
    return /^[a-z][a-z0-9_]*(?::[01])?=[!-~]([ -~]*[!-~])?$|^dtoverlay=$/i.test(line)
      ? undefined
      : fault('is not a line of config.txt', 'KEY=VALUE without spaces around =, e.g. gpu_mem=16')
  }, description)

export const kernelArgument = (description: string) =>
  checked((word) => {
    const fault = (predicate: string): Fault => ({
      code: 'HWR005',
      predicate,
      hint: 'one word an entry, e.g. cgroup_enable=memory',
    })
    if (/firstboot|resize/.test(word)) return fault('holds a word by which the image knows its own first start')
    return /^[!#-~]{1,256}$/.test(word) ? undefined : fault('is not one word of printable ASCII without quotes')
  }, description)

export const mountSource = (description: string) =>
  checked((what) => {
    const isOne =
      /^((PART)?UUID=[A-Za-z0-9-]{4,64}|(PART)?LABEL=[^\s,"'\\#][^,"'\\\t]{0,63}|\/dev\/[^\s"'\\]+|tmpfs|[A-Za-z0-9.[\]:_-]+:\/[^"'\\]*|\/\/[^\s/"'\\]+\/[^"'\\]+)$/.test(
        what,
      )
    return isOne
      ? undefined
      : {
          code: 'MNT001',
          predicate: 'is not something that can be mounted',
          hint: 'PARTUUID=…, UUID=…, LABEL=…, /dev/…, SERVER:/PATH, //SERVER/SHARE or tmpfs',
        }
  }, description)

export const mountOption = (description: string) =>
  checked((option) => {
    if (/^(?:password|pass|passwd|credentials|cred)(?:$|=|2=)/.test(option))
      return {
        code: 'MNT004',
        predicate: 'holds a password, and everybody may read fstab',
        hint: 'credentialsFile: a file with lines username=… and password=…',
      }
    const fault = (predicate: string, hint: string): Fault => ({ code: 'MNT001', predicate, hint })
    if (!/^[!#-&(-+\--~]+$/.test(option))
      return fault('is not one option', 'one an entry, without comma, space or quote')
    if (/^(suid|dev|r?bind|remount|move|users?|owner|group|defaults)$/.test(option))
      return fault('is an option that a mount of a spec does not have', 'nosuid and nodev are always on')
    return /^x-(?!systemd\.(automount|idle-timeout=|device-timeout=|mount-timeout=))/.test(option)
      ? fault(
          'would have other units wait for the mount',
          'of x-…: x-systemd.automount, .idle-timeout, .device-timeout, .mount-timeout',
        )
      : undefined
  }, description)

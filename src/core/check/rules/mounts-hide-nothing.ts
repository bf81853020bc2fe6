import type { Spec } from '../../spec-file/spec.ts'
import type { Rule } from './rule.ts'

/** Folders of the system: nothing is mounted at them or below. */
const SYSTEM = /^\/(etc|usr|bin|sbin|lib\w*|boot|root|proc|sys|dev|run|lost\+found)(\/|$)/
/** What is mounted at these themselves, or at what only the system fills, would hide what is in the image. */
const FOLDERS = /^\/(home|opt|srv|mnt|media|var|var\/(lib|cache|spool|log|mail|backups|local|opt))$/
const STATE = /^\/var\/lib\/(dpkg|apt|pibake|systemd|NetworkManager|fail2ban|polkit-1|dbus|ucf|sudo|pam)(\/|$)/
/** Where a file system in memory is usual. */
const MEMORY = /^\/(tmp|var\/tmp|var\/log|var\/cache)$/

type Mount = Spec['mounts'][number]

/** What is mounted takes nothing of the system out of sight, is there once, and is what its type says. */
export const mountsHideNothing: Rule = {
  reads: ['mounts', 'files', 'hardware'],
  check({ spec }, report) {
    const { mounts, files, hardware } = spec
    for (const [i, mount] of mounts.entries()) {
      const { what, where, type, options, credentials } = mount
      const path = ['mounts', i]
      const place = hiding(mount)
      if (place !== undefined)
        report.error('MNT002', [...path, 'where'], `nothing can be mounted at ${where}: ${place}`)
      const lost = files.find((file) => file.path.startsWith(`${where}/`))
      if (lost !== undefined) {
        report.error('MNT002', [...path, 'where'], `${where} would hide ${lost.path}, which the spec puts there`)
      }
      if (mounts.findIndex((other) => other.where === where) < i) {
        report.error('MNT003', [...path, 'where'], `${where} is the place of two mounts`, 'keep one of them')
      }
      const fault = mismatch(mount)
      if (fault !== undefined) report.error('MNT001', [...path, 'what'], `${what} is not for type ${type}: ${fault}`)
      if (credentials !== undefined && type !== 'cifs') {
        report.error('MNT004', [...path, 'credentialsFile'], 'credentials are for type cifs alone')
      }
      if (
        type === 'cifs' &&
        credentials === undefined &&
        !options.some((one) => /^(guest|sec=none|sec=krb5i?)$/.test(one))
      ) {
        const hint = 'credentialsFile: a file with lines username=… and password=…; or options: [guest]'
        report.error('MNT004', path, `${what} is mounted with no credentials`, hint)
      }
      if (hardware.usbStorage === 'block' && /^\/dev\/sd/.test(what)) {
        report.error('MNT005', [...path, 'what'], `${what} is a USB disk, and hardware.usbStorage blocks those`)
      }
    }
  },
}

function hiding({ where, type }: Mount): string | undefined {
  if (type === 'tmpfs' && MEMORY.test(where)) return undefined
  if (SYSTEM.test(where) || STATE.test(where)) return 'the system and what decides who gets in are there'
  if (/^\/(tmp|var\/tmp)(\/|$)/.test(where)) return 'it is cleared by itself; only tmpfs is for it'
  if (FOLDERS.test(where))
    return `what the image has there would be out of sight; choose a folder in it, as ${where}/data`
  if (/\/\.ssh(\/|$)/.test(where)) return 'keys are there'
  return undefined
}

const NETWORK = { nfs: /^[A-Za-z0-9.[\]:_-]+:\/.*$/, cifs: /^\/\/[^/]+\/.+$/ } as const

/** What a type wants to be given. */
function mismatch({ what, type }: Mount): string | undefined {
  if (type === 'tmpfs') return what === 'tmpfs' ? undefined : 'write tmpfs, for there is no device'
  if (type === 'nfs') return NETWORK.nfs.test(what) ? undefined : 'SERVER:/PATH is needed'
  if (type === 'cifs') return NETWORK.cifs.test(what) ? undefined : '//SERVER/SHARE is needed'
  if (/^(\/dev\/|(PART)?(UUID|LABEL)=)/.test(what)) return undefined
  return 'a device is needed: PARTUUID=…, UUID=…, LABEL=… or /dev/…'
}

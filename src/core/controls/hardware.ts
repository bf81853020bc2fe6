import type { Origin } from '../../base/report/origin.ts'
import type { SpecPath } from '../../base/report/report.ts'
import type { ConfigRequest, Note, UnitRequest } from '../plan/request.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'

const USB_RULE = '/etc/udev/rules.d/99-pibake-usb-storage.rules'

/** Radios and USB disks; the drivers themselves are blocked by the modules control. */
export const hardware: Control = { name: 'hardware', compile }

function compile(context: Context): Contribution {
  const parts = [wifi(context), bluetooth(context), usbStorage(context)]
  return {
    operations: parts.flatMap((part) => part.operations ?? []),
    units: parts.flatMap((part) => part.units ?? []),
    configTxt: parts.flatMap((part) => part.configTxt ?? []),
    notes: parts.flatMap((part) => part.notes ?? []),
    problems: parts.flatMap((part) => part.problems ?? []),
  }
}

function wifi(context: Context): Contribution {
  if (context.spec.hardware.wifi === 'on') return {}
  const origin = context.because(radioKey('wifi', context), 'no Wi-Fi')
  return {
    configTxt: overlays('disable-wifi', origin),
    units: off(['wpa_supplicant.service'], origin),
    notes: context.spec.network.none
      ? []
      : [note('boards without Ethernet (Zero W, Zero 2 W, 3A+) have no network without Wi-Fi', origin)],
  }
}

function bluetooth(context: Context): Contribution {
  if (context.spec.hardware.bluetooth === 'on') return {}
  const origin = context.because(radioKey('bluetooth', context), 'no Bluetooth')
  return {
    configTxt: overlays('disable-bt', origin),
    units: off(['bluetooth.service', 'hciuart.service'], origin),
  }
}

/** The key that switches a radio off. */
export function radioKey(radio: 'wifi' | 'bluetooth', { spec }: Pick<Context, 'spec'>): SpecPath {
  return spec.network.none ? ['network', 'none'] : ['hardware', radio]
}

/**
 * The overlay has another name on the Raspberry Pi 5 and its kin. Newer firmware maps the plain name (overlay_map.dtb),
 * older does not; config.txt has no "all but" filter, and the plain one does nothing bad on a Pi 5.
 */
function overlays(name: string, origin: Origin): readonly ConfigRequest[] {
  return [
    { filter: 'all', line: `dtoverlay=${name}`, origin },
    { filter: 'pi5', line: `dtoverlay=${name}-pi5`, origin },
  ]
}

function off(units: readonly string[], origin: Origin): readonly UnitRequest[] {
  return units.map((unit) => ({ unit, state: 'disabled', origin }))
}

function usbStorage(context: Context): Contribution {
  const blocked = context.spec.hardware.usbStorage === 'block'
  const origin = context.because(['hardware', 'usbStorage'], blocked ? 'no USB disks' : 'USB disks are welcome')
  if (!blocked) return { operations: [absent(USB_RULE, origin)] }
  const root = rootDevice(context)
  const onUsb = root !== undefined && /^\/dev\/sd[a-z]/.test(root)
  return {
    operations: [rootFile(USB_RULE, {}, origin)],
    problems: onUsb
      ? [
          {
            severity: 'error',
            code: 'HWR002',
            path: ['hardware', 'usbStorage'],
            message: `the device starts from ${root}, a USB disk, and USB disks are blocked: it would not start`,
            hint: 'usbStorage: allow',
          },
        ]
      : [],
    notes: [note('the image no longer starts from a USB disk or stick: SD card, eMMC and NVMe only', origin)],
  }
}

/** `root=` of cmdline.txt. */
function rootDevice(context: Context): string | undefined {
  const bytes = context.inventory.boot?.read('/cmdline.txt')
  return bytes === undefined ? undefined : /(?:^|\s)root=(\S+)/.exec(new TextDecoder().decode(bytes))?.[1]
}

function note(message: string, origin: Origin): Note {
  return { severity: 'warning', message, origin }
}

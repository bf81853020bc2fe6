import { BOARDS } from '../../device/formats/boards.ts'
import { readConfigTxt } from '../../device/formats/config-txt.ts'
import type { ConfigRequest, Note } from '../plan/request.ts'
import { Traced } from '../render/render.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { rootFile, staleOnly } from './root-file.ts'

const MODULES = '/etc/modules-load.d/pibake.conf'

type Name = keyof Spec['hardware']['interfaces']

/** What switches an interface: lines of config.txt for on and off, and the modules that nothing else loads. */
interface Switch {
  readonly on: readonly (readonly [filter: string, line: string])[]
  readonly off: readonly (readonly [filter: string, line: string])[]
  readonly modules?: readonly string[]
  /** The overlay that switches it on; without it the interface is off. */
  readonly overlay?: string
}

const parameter = (name: string, filter = 'all') => ({
  on: [[filter, `dtparam=${name}=on`]] as const,
  off: [[filter, `dtparam=${name}=off`]] as const,
})

/** As raspi-config switches them (do_i2c, do_spi, do_onewire, do_serial_hw, do_camera) and the README of the overlays says. */
const SWITCHES: Readonly<Record<Name, Switch>> = {
  i2c: { ...parameter('i2c_arm'), modules: ['i2c-dev'] },
  spi: parameter('spi'),
  i2s: parameter('i2s'),
  // On a Raspberry Pi 5 `enable_uart` is about its own connector for debugging.
  uart: {
    on: [['all', 'enable_uart=1'], ...parameter('uart0', 'pi5').on],
    off: [['all', 'enable_uart=0'], ...parameter('uart0', 'pi5').off],
  },
  camera: { on: [['all', 'camera_auto_detect=1']], off: [['all', 'camera_auto_detect=0']] },
  oneWire: { on: [['all', 'dtoverlay=w1-gpio']], off: [], overlay: 'w1-gpio' },
  usbGadget: {
    on: [['all', 'dtoverlay=dwc2,dr_mode=peripheral']],
    off: [],
    modules: ['dwc2', 'g_ether'],
  },
}

/** Buses on the pins, the camera and the USB port as a device. */
export const interfaces: Control = { name: 'interfaces', compile }

function compile(context: Context): Contribution {
  const wanted = (Object.keys(SWITCHES) as Name[]).flatMap((name) => {
    const on = context.spec.hardware.interfaces[name]
    return on === undefined ? [] : [{ name, on }]
  })
  const lines = wanted.flatMap(({ name, on }) => {
    const origin = context.because(['hardware', 'interfaces', name], `${name} is ${on ? 'on' : 'off'}`)
    return SWITCHES[name][on ? 'on' : 'off'].map(([filter, line]) => ({ filter, line, origin, inOrder: true as const }))
  })
  return {
    configTxt: offBase(lines),
    operations: modulesFile(wanted, context),
    notes: wanted.flatMap(({ name, on }) => notes(name, on, context)),
  }
}

/**
 * Those for all boards first, and of each board's the parameters before the overlays: after an overlay a parameter would be
 * taken for the overlay's. An overlay of the image is ended by an empty one.
 */
function offBase(lines: readonly ConfigRequest[]): readonly ConfigRequest[] {
  const rank = ({ filter, line }: ConfigRequest) => (filter === 'all' ? 0 : 2) + (line.startsWith('dtoverlay') ? 1 : 0)
  const sorted = [...lines].sort((a, b) => rank(a) - rank(b))
  return sorted.flatMap((one, index) => {
    const before = sorted[index - 1]
    const begins =
      one.line.startsWith('dtparam') && !(before?.line.startsWith('dtparam') && before.filter === one.filter)
    return begins ? [{ ...one, line: 'dtoverlay=' }, one] : [one]
  })
}

function modulesFile(
  wanted: readonly { readonly name: Name; readonly on: boolean }[],
  { because, inventory }: Context,
): Contribution['operations'] & {} {
  const modules = wanted.flatMap(({ name, on }) =>
    (on ? (SWITCHES[name].modules ?? []) : []).map(
      (module) => new Traced(module, because(['hardware', 'interfaces', name], 'nothing else loads it')),
    ),
  )
  const origin = because(['hardware', 'interfaces'], 'modules that an interface needs')
  return modules.length > 0 ? [rootFile(MODULES, { modules }, origin)] : staleOnly(inventory.root, [MODULES], origin)
}

function notes(name: Name, on: boolean, context: Context): Note[] {
  const origin = context.because(['hardware', 'interfaces', name], `${name} is ${on ? 'on' : 'off'}`)
  const say = (message: string): Note[] => [{ severity: 'warning', message, origin }]
  if (name === 'uart' && on && context.spec.hardening.serialConsole === 'on') {
    return say(
      'the log-in of the console is on this serial port, and what is connected there gets its text: hardening.serialConsole: "off" keeps the port free',
    )
  }
  if (name === 'usbGadget' && on) {
    return say('whoever plugs the board into a computer is in a network with it; the firewall counts there, too')
  }
  const { overlay } = SWITCHES[name]
  return on || overlay === undefined ? [] : stillOn(overlay, context).flatMap(say)
}

/** Lines of the image that load the overlay all the same: there is no line that takes an overlay back. */
function stillOn(overlay: string, { inventory }: Context): readonly string[] {
  const read = (file: string) => {
    const bytes = inventory.boot?.read(`/${file}`)
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const lines = BOARDS.flatMap((board) => readConfigTxt(read, board).overlays.filter(({ name }) => name === overlay))
  const places = new Set(lines.map(({ file, line }) => `${file}:${line}`))
  return [...places].map((place) => `${place} of the image loads ${overlay}, and no later line can take it back`)
}

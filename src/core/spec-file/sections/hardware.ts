import * as f from '../fields.ts'
import { flag, list, oneOf, section, setting, whole } from '../values.ts'

const interfaces = section(
  {
    i2c: setting(flag('I²C on pins 3 and 5, with /dev/i2c-1.')),
    spi: setting(flag('SPI, with /dev/spidev0.0.')),
    uart: setting(flag('The serial port on pins 8 and 10, /dev/serial0.')),
    oneWire: setting(flag('1-Wire on pin 7.')),
    i2s: setting(flag('I²S, for sound cards on the pins.')),
    camera: setting(flag('Whether the firmware looks for cameras.')),
    usbGadget: setting(flag('The board is a network card for the computer at its USB port.')),
  },
  'What is on the pins and ports; what is not named stays as the image has it.',
)

const configLine = section(
  {
    filter: setting(f.configFilter('The boards that it is for: all, pi4, cm4, pi5 …'), 'all'),
    line: f.configLine('A line as in the documentation of config.txt, e.g. gpu_mem=16.'),
  },
  'A line of config.txt.',
)

const cmdline = section(
  {
    add: setting(list(f.kernelArgument('A word, e.g. cgroup_enable=memory.'), 'Words that come to it.'), []),
    remove: setting(list(f.kernelArgument('A whole word, e.g. quiet.'), 'Words that go.'), []),
  },
  'The command line of the kernel.',
)

export const hardware = section(
  {
    wifi: setting(oneOf(['on', 'off'], 'The wireless network.'), 'on'),
    bluetooth: setting(oneOf(['on', 'off'], 'Bluetooth.'), 'on', 'off'),
    usbStorage: setting(
      oneOf(['allow', 'block'], 'Sticks and disks on USB. Do not block them where the device starts from one.'),
      'allow',
      'block',
    ),
    interfaces: setting(interfaces, {}),
    watchdog: setting(
      whole(
        0,
        600,
        'HWR007',
        'Seconds without a sign of life after which the board restarts; 0: never. By default as the image has it.',
      ),
    ),
    configTxt: setting(list(configLine, 'Further lines of config.txt, in order.'), []),
    cmdline: setting(cmdline, {}),
  },
  'Radios, pins and ports, and what the firmware and the kernel are told.',
)

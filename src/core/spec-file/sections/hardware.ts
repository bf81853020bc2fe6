import { oneOf, section, setting } from '../values.ts'

export const hardware = section(
  {
    wifi: setting(oneOf(['on', 'off'], 'The wireless network.'), 'on'),
    bluetooth: setting(oneOf(['on', 'off'], 'Bluetooth.'), 'on', 'off'),
    usbStorage: setting(
      oneOf(['allow', 'block'], 'Sticks and disks on USB. Do not block them where the device starts from one.'),
      'allow',
      'block',
    ),
  },
  'Radios and ports.',
)

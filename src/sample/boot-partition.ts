import { file, type Layout } from './layout.ts'
import type { Sample } from './options.ts'

/** The disk id that stands in for the four random bytes of a real image. */
const DISK_ID = '0fac1a1e'

/** /etc/rpi-issue and issue.txt, as pi-gen's `update_issue` writes them. */
export function issue({ facts, variant }: Sample): string {
  const stage = variant === 'lite' ? 'stage2' : 'stage4'
  return `Raspberry Pi reference ${facts.date}\nGenerated using pi-gen, https://github.com/RPi-Distro/pi-gen, 0000000000000000000000000000000000000000, ${stage}\n`
}

/** The three lines of pi-gen's fstab; rpi-image-gen mounts by slot. */
export function fstab({ builder }: Sample): string {
  const device = (number: number) =>
    builder === 'rpi-image-gen'
      ? `/dev/disk/by-slot/${number === 1 ? 'boot' : 'system'}`
      : `PARTUUID=${DISK_ID}-0${number}`
  return `proc            /proc           proc    defaults          0       0\n${device(1)}  /boot/firmware  vfat    defaults          0       2\n${device(2)}  /               ext4    defaults,noatime  0       1\n`
}

/** The FAT partition. Firmware and kernels are empty files: pibake never reads them. */
export function bootPartition(sample: Sample): Layout {
  const { facts, variant, builder } = sample
  const gen = builder === 'rpi-image-gen'
  const splash = variant === 'desktop' ? ' splash plymouth.ignore-serial-consoles' : ''
  const root = gen ? '/dev/disk/by-slot/system' : `PARTUUID=${DISK_ID}-02`
  const trigger = gen ? '' : ` ${facts.trigger}`
  const onFat = { mode: 0o755 }
  return {
    '/cmdline.txt': file(
      `console=serial0,115200 console=tty1 root=${root} rootfstype=ext4 fsck.repair=yes rootwait${trigger}${splash}\n`,
      onFat,
    ),
    '/config.txt': file(CONFIG, onFat),
    ...(gen ? {} : { '/issue.txt': file(issue(sample), onFat) }),
    '/overlays/README': file('', onFat),
    '/kernel8.img': file('', onFat),
    '/kernel_2712.img': file('', onFat),
    '/initramfs8': file('', onFat),
    '/initramfs_2712': file('', onFat),
    ...(facts.cloudInit === 'seeded' && !gen ? SEEDS : {}),
  }
}

const CONFIG = `# For more options and information see
# http://rptl.io/configtxt

dtparam=audio=on
camera_auto_detect=1
display_auto_detect=1
auto_initramfs=1
dtoverlay=vc4-kms-v3d
max_framebuffers=2
disable_fw_kms_setup=1
arm_64bit=1
disable_overscan=1
arm_boost=1

[cm4]
otg_mode=1

[cm5]
dtoverlay=dwc2,dr_mode=host

[all]
`

/** cloud-init's seeds as the image ships them: comments and the instance, nothing that does anything. */
const SEEDS: Layout = {
  '/meta-data': file('# The meta data of this instance.\ndsmode: local\ninstance_id: rpios-image\n', { mode: 0o755 }),
  '/user-data': file('#cloud-config\n# Put user data here.\n', { mode: 0o755 }),
  '/network-config': file('# Put a netplan description here.\n', { mode: 0o755 }),
}

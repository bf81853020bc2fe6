import { file, type Layout, link } from './layout.ts'
import type { Sample } from './options.ts'
import { serviceUnit } from './units.ts'

/** A script that Raspberry Pi ships: here only its first line and where the real one comes from. */
const standIn = (source: string) =>
  file(`#!/bin/sh\n# Stand-in: the real script is ${source}.\nexit 0\n`, { mode: 0o755 })

const UNITS = '/usr/lib/systemd/system'
const WANTS = '/etc/systemd/system'

/** Everything in the image that acts by itself at the first starts: userconf-pi, raspberrypi-sys-mods, cloud-init. */
export function firstBootAgents(sample: Sample): Layout {
  if (sample.builder === 'rpi-image-gen') return ownKeyGenerator
  const { facts, variant } = sample
  return {
    ...userconf,
    ...sysMods,
    ...(variant === 'desktop' ? wizard : {}),
    ...(facts.release === 'bookworm' ? bookworm : trixie),
    ...(facts.cloudInit === 'absent' ? {} : cloudInit),
  }
}

/** rpi-image-gen masks Debian's sshd-keygen and makes the host keys with a unit of its own. */
const ownKeyGenerator: Layout = {
  [`${UNITS}/ssh-hostkeys-generate.service`]: serviceUnit({
    Unit: { Description: 'Generate SSH host keys', Before: 'ssh.service' },
    Service: { Type: 'oneshot', ExecStart: '/usr/bin/ssh-keygen -A' },
    Install: { WantedBy: 'multi-user.target' },
  }),
  [`${WANTS}/multi-user.target.wants/ssh-hostkeys-generate.service`]: link(`${UNITS}/ssh-hostkeys-generate.service`),
  [`${WANTS}/sshd-keygen.service`]: link('/dev/null'),
}

const userconf: Layout = {
  [`${UNITS}/userconfig.service`]: serviceUnit({
    Unit: {
      Description: 'User configuration dialog',
      After: 'systemd-user-sessions.service',
      Before: 'lightdm.service',
    },
    Service: {
      Type: 'oneshot',
      ExecStart: '/usr/lib/userconf-pi/userconf-service',
      StandardInput: 'tty',
      TTYPath: '/dev/tty8',
    },
    Install: { WantedBy: 'multi-user.target' },
  }),
  [`${WANTS}/multi-user.target.wants/userconfig.service`]: link('/lib/systemd/system/userconfig.service'),
  [`${WANTS}/getty.target.wants/getty@tty1.service`]: null,
  '/usr/lib/userconf-pi/userconf': standIn('userconf of userconf-pi'),
  '/usr/lib/userconf-pi/userconf-service': standIn('userconf-service of userconf-pi'),
  '/usr/bin/rename-user': standIn('rename-user of userconf-pi'),
  '/usr/bin/cancel-rename': standIn('cancel-rename of userconf-pi'),
  '/usr/share/userconf-pi/sshd_banner': file('SSH may not work until a valid user has been set up.\n'),
  '/etc/ssh/sshd_config.d/rename_user.conf': file('Banner /usr/share/userconf-pi/sshd_banner\n'),
}

const sysMods: Layout = {
  [`${UNITS}/regenerate_ssh_host_keys.service`]: serviceUnit({
    Unit: {
      Description: 'Regenerate SSH host keys',
      Before: 'ssh.service',
      ConditionFileIsExecutable: '/usr/bin/ssh-keygen',
    },
    Service: { Type: 'oneshot', ExecStart: '/usr/lib/raspberrypi-sys-mods/regenerate_ssh_host_keys' },
    Install: { WantedBy: 'multi-user.target' },
  }),
  '/usr/lib/raspberrypi-sys-mods/regenerate_ssh_host_keys': standIn('regenerate_ssh_host_keys of raspberrypi-sys-mods'),
  [`${UNITS}/sshswitch.service`]: serviceUnit({
    Unit: {
      Description: 'Turn on SSH if /boot/ssh or /boot/ssh.txt is present',
      After: 'regenerate_ssh_host_keys.service boot-firmware.mount',
    },
    Service: { Type: 'oneshot', ExecStart: '/usr/lib/raspberrypi-sys-mods/sshswitch' },
    Install: { WantedBy: 'multi-user.target' },
  }),
  [`${WANTS}/multi-user.target.wants/sshswitch.service`]: link('/lib/systemd/system/sshswitch.service'),
  '/usr/lib/raspberrypi-sys-mods/sshswitch': standIn('sshswitch of raspberrypi-sys-mods'),
  '/usr/lib/raspberrypi-sys-mods/imager_custom': standIn('imager_custom of raspberrypi-sys-mods'),
}

const bookworm: Layout = {
  [`${WANTS}/multi-user.target.wants/regenerate_ssh_host_keys.service`]: link(
    '/lib/systemd/system/regenerate_ssh_host_keys.service',
  ),
  '/usr/lib/raspberrypi-sys-mods/firstboot': standIn('firstboot of raspberrypi-sys-mods'),
  '/usr/lib/raspberrypi-sys-mods/init_config': standIn('init_config of raspberrypi-sys-mods'),
  '/usr/share/initramfs-tools/scripts/local-premount/firstboot': standIn('firstboot of raspberrypi-sys-mods'),
  '/etc/init.d/resize2fs_once': standIn('resize2fs_once of pi-gen'),
  '/etc/rc3.d/S01resize2fs_once': link('../init.d/resize2fs_once'),
}

const trixie: Layout = {
  [`${UNITS}/rpi-resize.service`]: serviceUnit({
    Unit: {
      Description: 'Grow the root file system',
      ConditionFirstBoot: 'yes',
      Before: 'first-boot-complete.target',
      Wants: 'first-boot-complete.target',
    },
    Service: { Type: 'oneshot', ExecStart: '/usr/bin/systemctl disable rpi-resize.service' },
    Install: { WantedBy: 'sysinit.target' },
  }),
  [`${WANTS}/sysinit.target.wants/rpi-resize.service`]: link(`${UNITS}/rpi-resize.service`),
  '/usr/share/initramfs-tools/scripts/local-premount/resize_early': standIn('resize_early of raspberrypi-sys-mods'),
  '/usr/share/initramfs-tools/scripts/local-bottom/set_partuuid': standIn('set_partuuid of raspberrypi-sys-mods'),
}

const wizard: Layout = {
  '/etc/xdg/autostart/piwiz.desktop': file(
    "[Desktop Entry]\nType=Application\nName=Raspberry Pi First-Run Wizard\nExec=sh -c 'sudo -AE piwiz'\nStartupNotify=true\n",
  ),
  '/etc/sudoers.d/010_wiz-nopasswd': file('rpi-first-boot-wizard ALL=(ALL) NOPASSWD: ALL\n'),
  '/var/lib/userconf-pi/autologin': file(''),
}

const stages = ['main', 'local', 'network'] as const

const cloudInit: Layout = {
  '/usr/bin/cloud-init': standIn('cloud-init'),
  ...Object.fromEntries(
    [...stages.map((stage) => `cloud-init-${stage}`), 'cloud-config', 'cloud-final'].flatMap((name) => [
      [
        `${UNITS}/${name}.service`,
        serviceUnit({
          Unit: {
            Description: `Cloud-init: ${name}`,
            ConditionPathExists: '!/etc/cloud/cloud-init.disabled',
            ...(name === 'cloud-init-network' ? { Wants: 'sshd-keygen.service sshd.service' } : {}),
          },
          Service: { Type: 'oneshot', RemainAfterExit: 'yes', ExecStart: '/usr/bin/cloud-init' },
          Install: { WantedBy: 'cloud-init.target' },
        }),
      ],
      [`${WANTS}/cloud-init.target.wants/${name}.service`, link(`${UNITS}/${name}.service`)],
    ]),
  ),
  // Wanted by no link: cloud-init's generator starts it, unless cloud-init is switched off.
  [`${UNITS}/cloud-init.target`]: serviceUnit({ Unit: { Description: 'Cloud-init target' } }),
  '/etc/cloud/cloud.cfg': file(
    'users:\n  - default\ndisable_root: true\npreserve_hostname: false\nsystem_info:\n  distro: raspberry-pi-os\n  default_user:\n    name: pi\n    lock_passwd: True\n    sudo: ["ALL=(ALL) NOPASSWD:ALL"]\n',
  ),
  '/etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg': file(
    'datasource_list: [ NoCloud, None ]\ndatasource:\n  NoCloud:\n    seedfrom: file:///boot/firmware\nssh_deletekeys: false\nssh_genkeytypes: []\nno_ssh_fingerprints: true\n',
  ),
}

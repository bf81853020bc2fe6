import * as f from '../fields.ts'
import { secretSource } from '../secret-source.ts'
import { list, oneOf, section, setting } from '../values.ts'

/** File systems that a spec may mount. */
const MOUNT_TYPES = ['auto', 'ext4', 'vfat', 'exfat', 'ntfs3', 'btrfs', 'xfs', 'f2fs', 'tmpfs', 'nfs', 'cifs'] as const

const mount = section(
  {
    what: f.mountSource('PARTUUID=…, UUID=…, LABEL=…, /dev/…, SERVER:/PATH (nfs), //SERVER/SHARE (cifs), or tmpfs.'),
    where: f.devicePath('MNT001', 'The folder at which it is seen; it is made.'),
    type: setting(oneOf(MOUNT_TYPES, 'The file system.'), 'auto'),
    options: setting(
      list(f.mountOption('An option of mount(8), e.g. ro, noatime, uid=1000.'), 'Besides nofail, nosuid and nodev.'),
      [],
    ),
    credentials: setting(
      secretSource(
        'For cifs: lines username=… and password=… as mount.cifs(8) reads them, from a file, a variable or a program.',
      ),
    ),
    credentialsFile: setting(f.referenced('For cifs: a file with lines username=… and password=….')),
  },
  'A file system that is mounted.',
)

export const mounts = list(mount, 'Further file systems; one that is not there keeps the device from nothing.')

import * as f from '../fields.ts'
import { flag, list, section, setting } from '../values.ts'

const ownPackage = section(
  {
    file: f.referenced('A .deb beside the spec.'),
    sha256: setting(f.sha256('Its SHA-256, 64 hex digits; needed where there is no signature.')),
    signature: setting(f.referenced('A detached OpenPGP signature of the .deb, armoured or not.')),
    signedBy: setting(f.referenced('The public keys, one of which has to be the signature’s.')),
  },
  'A package of your own.',
)

const source = section(
  {
    name: f.sourceName('What its files on the device are called after.'),
    uris: list(f.archiveAddress('Where the archive is.'), 'Addresses of the archive.'),
    suites: list(f.archivePart('A suite, e.g. trixie; one that ends with / is a path.'), 'Suites of the archive.'),
    components: setting(list(f.archivePart('A component, e.g. main.'), 'Components of the suites.'), []),
    signedByFile: f.referenced('The public key that signs the archive, armoured or not.'),
  },
  'A further source of packages: only what `install` names comes from it.',
)

export const packages = section(
  {
    bundle: setting(flag('Carry the needed packages in the image, so that the first start needs no network.'), true),
    keep: setting(flag('Whether the carried packages stay on the device when they are in use.'), false),
    snapshot: setting(
      f.moment(
        'Packages come from archives of this moment, e.g. "2026-11-01T00:00:00Z"; needs --apt-mirror with {snapshot}.',
      ),
    ),
    install: setting(list(f.packageName('Name of a package.'), 'Further packages.'), []),
    sources: setting(list(source, 'Further sources, for packages that `install` names.'), []),
    debs: setting(
      list(
        ownPackage,
        'Packages of your own; what they need comes along. They are carried, so they need `bundle: true`.',
      ),
      [],
    ),
    remove: setting(
      list(
        f.packageName('Name of a package.'),
        'Packages that go at the first start. The default of a profile is for those that the image has; without avahi-daemon the name DEVICE.local is gone, without rsync nothing is copied by it.',
      ),
      [],
      undefined,
      ['avahi-daemon', 'rsync'],
    ),
  },
  'Packages of Debian and Raspberry Pi.',
)

import type { LockedImage } from '../../src/core/carried/lock.ts'

/** What pibake.lock says for one kind of image. */
export const lockedImage: LockedImage = {
  image: { release: 'trixie', architecture: 'arm64', packages: 'sha256:a', sources: 'sha256:b' },
  install: ['ufw'],
  upgrade: 'security',
  debs: [],
  snapshot: null,
  asOf: '2026-11-01T00:00:00Z',
  packages: [
    {
      name: 'ufw',
      version: '0.36.2-9',
      architecture: 'all',
      file: 'ufw_0.36.2-9_all.deb',
      size: 10,
      installedSize: 20,
      sha256: 'ab'.repeat(32),
      uri: 'http://a.test/debian/pool/main/u/ufw/ufw_0.36.2-9_all.deb',
      archive: 'Debian:13.5/stable',
      because: 'asked',
      source: { name: 'ufw', version: '0.36.2-9' },
    },
  ],
}

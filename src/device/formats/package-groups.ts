/**
 * Groups that packages of Debian make when they are installed: their maintainer scripts (`addgroup --system`) or their
 * sysusers.d. Which groups a package makes stands nowhere in an archive's lists, so these are the ones that are known.
 * docker-ce is Docker's own.
 */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'debian-tor': ['tor'],
  'debian-transmission': ['transmission-daemon'],
  docker: ['docker.io', 'docker-ce'],
  i2c: ['i2c-tools'],
  incus: ['incus', 'incus-base'],
  'incus-admin': ['incus', 'incus-base'],
  kvm: ['libvirt-daemon-system'],
  libvirt: ['libvirt-daemon-system'],
  'libvirt-qemu': ['libvirt-daemon-system'],
  lpadmin: ['cups', 'cups-daemon'],
  lxd: ['lxd'],
  mosquitto: ['mosquitto'],
  mysql: ['mariadb-server'],
  nut: ['nut', 'nut-client', 'nut-server'],
  postgres: ['postgresql', 'postgresql-common'],
  redis: ['redis-server'],
  saned: ['sane-utils'],
  scanner: ['libsane1', 'sane-utils'],
  'ssl-cert': ['ssl-cert', 'postgresql', 'postgresql-common'],
}

/** The packages of which each makes a group, the usual one first; none: no known one does. */
export function packagesThatMake(group: string): readonly string[] {
  return Object.hasOwn(PACKAGES, group) ? (PACKAGES[group] as readonly string[]) : []
}

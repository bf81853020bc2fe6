import { append, edit, image, link, type Planted, threeWays, twoWays, write } from '../support/planted.ts'

const KIND = 'home'
const fstab = (id: string, ...lines: string[]) =>
  image(
    KIND,
    id,
    lines.map((line) => append('/etc/fstab', line)),
  )
const root = (id: string, options: string) =>
  image(KIND, id, [edit('/etc/fstab', /^(\S+\s+\/\s+ext4\s+)\S+/m, `$1${options}`)], { firstStart: true })
const unit = (where: string, what: string) =>
  `[Unit]\nBefore=local-fs.target\n[Mount]\nWhere=${where}\n${what}\n[Install]\nWantedBy=local-fs.target`
const SYSTEM = '/etc/systemd/system'
const mounted = (name: string) => link(`${SYSTEM}/local-fs.target.wants/${name}`, `${SYSTEM}/${name}`)

/** What lies over the places where keys and settings are. */
export const home: readonly Planted[] = [
  fstab('/home on a disk of its own', 'LABEL=data /home ext4 defaults,noatime 0 2'),
  fstab('/home/alice on a disk of its own', 'LABEL=data /home/alice ext4 defaults 0 2'),
  fstab('/home in memory', 'tmpfs /home tmpfs defaults 0 0'),
  fstab('/home bound to itself', '/home /home none bind 0 0'),
  fstab('/home bound from another place', '/srv /home none bind 0 0'),
  fstab('/home that is mounted by hand', 'LABEL=data /home ext4 defaults,noauto 0 2'),
  fstab('/home that is mounted when it is asked for', 'LABEL=data /home ext4 noauto,x-systemd.automount 0 2'),
  fstab('a disk that is not there', 'LABEL=absent /srv/data ext4 defaults 0 2'),
  fstab('a disk that is not there, and need not be', 'LABEL=absent /srv/data ext4 defaults,nofail 0 2'),
  fstab('a disk with data', 'LABEL=data /srv/data ext4 defaults,nofail 0 2'),
  fstab('/var/log in memory', 'tmpfs /var/log tmpfs defaults,nosuid 0 0'),
  fstab('/tmp in memory', 'tmpfs /tmp tmpfs defaults,nosuid,nodev 0 0'),
  fstab('/etc/ssh in memory', 'tmpfs /etc/ssh tmpfs defaults 0 0'),
  fstab('/etc/sudoers.d in memory', 'tmpfs /etc/sudoers.d tmpfs defaults 0 0'),
  fstab('/usr without set-user-ID', '/usr /usr none bind,nosuid 0 0'),
  fstab('a line that says nothing', 'nonsense'),
  fstab('swap that is not there', '/swapfile none swap sw,nofail 0 0'),
  root('the root is read-only', 'ro,noatime'),
  root('the root is read-write, spelt out', 'rw,noatime'),
  image(KIND, 'the home is a link to nowhere', [link('/home/alice', '/srv/alice')]),
  image(KIND, '/home is a link', [link('/home', '/srv/home'), write('/srv/home/README', 'homes')]),
  ...threeWays(KIND, '/home by a unit', write(`${SYSTEM}/home.mount`, unit('/home', 'What=tmpfs\nType=tmpfs')), {
    steps: [mounted('home.mount')],
  }),
  ...twoWays(
    KIND,
    '/home by a unit that nothing starts',
    write(`${SYSTEM}/home.mount`, unit('/home', 'What=tmpfs\nType=tmpfs')),
  ),
  ...twoWays(
    KIND,
    'a home by a unit',
    write(`${SYSTEM}/home-alice.mount`, unit('/home/alice', 'What=tmpfs\nType=tmpfs')),
    { steps: [mounted('home-alice.mount')] },
  ),
  ...twoWays(KIND, 'the data by a unit', write(`${SYSTEM}/srv.mount`, unit('/srv', 'What=tmpfs\nType=tmpfs')), {
    steps: [mounted('srv.mount')],
  }),
  ...twoWays(KIND, 'homes are emptied at each start', write('/etc/tmpfiles.d/site.conf', 'R! /home/alice/.ssh')),
  ...twoWays(
    KIND,
    'homes get an owner at each start',
    write('/etc/tmpfiles.d/site.conf', 'Z /home/alice 0777 www-data www-data -'),
  ),
  ...twoWays(KIND, 'a file at each start', write('/etc/tmpfiles.d/site.conf', 'f /run/site 0644 root root -')),
]

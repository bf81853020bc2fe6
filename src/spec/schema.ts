import * as v from 'valibot'
import * as f from './fields.ts'
import { flag, judged, list, oneOf, section, table, text, whole } from './values.ts'

/**
 * The spec as it is written, version 1: shapes and the syntax of single values. What defaults are filled in is
 * `profiles.ts`' business, what fits together is that of `rules/`. The JSON Schema and docs/spec.md are made from this.
 */

const { nullish: part, optional: maybe } = v

const POLICIES = ['allow', 'deny', 'reject'] as const

const device = section(
  {
    hostname: maybe(f.hostname('Name of the device, also written to /etc/hosts.')),
    timezone: maybe(f.timezone('Time zone, e.g. Europe/Vienna.')),
    locale: maybe(f.locale('Language and format, e.g. en_GB.UTF-8.')),
    keyboard: maybe(f.keyboard('Keyboard layout, e.g. gb.')),
  },
  'What the device is called and where it stands. What is left out stays as the image has it.',
)

const keyEntry = section(
  {
    key: maybe(f.publicKey('One line of a .pub file.')),
    file: maybe(f.referenced('A .pub file beside the spec; it may hold several keys.')),
    from: maybe(
      list(
        f.fromPattern('Address, network or host pattern; ! in front means "not".'),
        'Where logins with this key may come from.',
      ),
    ),
    expires: maybe(f.day('KEY010', 'The key is valid until the start of this day (UTC), YYYY-MM-DD.')),
    restrict: maybe(flag('No port, agent or X11 forwarding, no terminal.')),
    command: maybe(judged(() => undefined, 'The only command that this key may run.')),
  },
  'A key with options: either `key` or `file`.',
)

const user = section(
  {
    name: f.userName('Login name.'),
    passwordHash: maybe(
      f.passwordHash('crypt(3) hash, for the console and for sudo; `pibake hash-password` makes one.'),
    ),
    passwordHashFile: maybe(f.referenced('A file that holds the hash, to keep it out of the spec.')),
    authorizedKeys: maybe(
      list(v.union([f.publicKey('One line of a .pub file.'), keyEntry]), 'Keys that may log in as this user.'),
    ),
    groups: maybe(
      v.union([
        oneOf(['default'], 'The groups that the stock first user has.'),
        list(f.groupName('Name of a group.'), 'Names of groups.'),
      ]),
    ),
    sudo: maybe(oneOf(['password', 'nopasswd', 'none'], 'Whether and how this user may become root.')),
    mustChangePassword: maybe(flag('The password has to be changed at the first login.')),
    expires: maybe(f.day('USR006', 'Last day on which the account may be used, YYYY-MM-DD.')),
    shell: maybe(f.devicePath('USR007', 'Login shell.')),
  },
  'An account of an owner.',
)

const ssh = section(
  {
    enabled: maybe(flag('Whether the SSH server runs.')),
    port: maybe(whole(1, 65535, 'SSH001', 'TCP port of the SSH server; firewall and fail2ban follow it.')),
    passwordAuthentication: maybe(flag('Whether a password is enough to log in over the network.')),
    allowUsers: maybe(
      list(
        f.userPattern('A user name, or user@host.'),
        'Who may log in; by default every user of this spec who has a key.',
      ),
    ),
    denyUsers: maybe(list(f.userPattern('A user name, or user@host.'), 'Who may not log in, whatever else is set.')),
    hostKeys: maybe(
      oneOf(['device', 'bake'], 'Where the host keys are made: on the device at its first start, or now.'),
    ),
    settings: maybe(
      table(
        /^[A-Za-z][A-Za-z0-9]{1,63}$/,
        { code: 'SSH003', predicate: 'is not an sshd keyword', hint: 'see sshd_config(5)' },
        v.union([f.settingValue('Arguments of the keyword.'), v.number()]),
        'Further sshd keywords (sshd_config(5)), checked against the sshd of the image.',
      ),
    ),
  },
  'The SSH server.',
)

const firewall = section(
  {
    enabled: maybe(flag('Whether ufw is installed and on.')),
    incoming: maybe(oneOf(POLICIES, 'What happens to connections from outside that no rule names.')),
    outgoing: maybe(oneOf(POLICIES, 'What happens to connections from the device that no rule names.')),
    routed: maybe(oneOf(POLICIES, 'What happens to traffic through the device that no rule names.')),
    logging: maybe(oneOf(['off', 'low', 'medium', 'high', 'full'], 'How much ufw writes to the log.')),
    rules: maybe(
      list(
        f.ufwRule('A rule as the ufw command takes it, without `ufw`.'),
        'Rules of ufw, in order; by default one that limits the SSH port.',
      ),
    ),
  },
  'The packet filter, ufw.',
)

const jail = table(
  /^[a-z][a-z0-9_.]{0,63}$/,
  { code: 'F2B002', predicate: 'is not a keyword of a jail', hint: 'see jail.conf(5)' },
  f.jailValue,
  'Keywords of one jail (jail.conf(5)), e.g. maxretry, findtime, bantime.',
)

const fail2ban = section(
  {
    enabled: maybe(flag('Whether fail2ban is installed and on.')),
    ignoreip: maybe(
      list(f.fromPattern('Address or network.'), 'Never banned; the device itself always belongs to it.'),
    ),
    jails: maybe(
      table(
        /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
        { code: 'F2B001', predicate: 'is not the name of a jail' },
        jail,
        'Jails by name; `sshd` is there by default.',
      ),
    ),
  },
  'Bans addresses from which passwords or keys are tried out.',
)

const updates = section(
  {
    firstBoot: maybe(oneOf(['none', 'security', 'full'], 'Upgrades at the first start.')),
    unattended: maybe(flag('Security updates every day.')),
    sshServerDaily: maybe(flag('openssh-server is upgraded by a daily timer of its own.')),
    reboot: maybe(
      f.timeOfDay('When the device may restart by itself after an update that needs it; by default never.'),
    ),
  },
  'Upgrades of the system.',
)

const hardening = section(
  {
    appArmor: maybe(flag('AppArmor on, through cmdline.txt.')),
    sysctl: maybe(
      table(
        /^[a-z0-9_]+([./][A-Za-z0-9_*-]+)+$/,
        { code: 'SVC011', predicate: 'is not a sysctl key', hint: 'e.g. kernel.kptr_restrict' },
        v.union([f.sysctlValue('Value.'), v.number(), v.null()]),
        'Kernel settings on top of those of the profile; null drops one.',
      ),
    ),
    blockedModules: maybe(
      list(
        f.moduleName('Name of a kernel module.'),
        'Kernel modules that cannot be loaded; replaces the list of the profile.',
      ),
    ),
    coreDumps: maybe(flag('Whether crashed programs leave a core dump.')),
    journal: maybe(
      section(
        {
          storage: maybe(
            oneOf(['persistent', 'volatile', 'image'], 'Where the journal is kept; `image`: as the image has it.'),
          ),
          maxUse: maybe(f.size('How much space the journal may take, e.g. 64M.')),
        },
        'The journal of systemd.',
      ),
    ),
    serialConsole: maybe(oneOf(['on', 'off'], 'The login on the serial port.')),
    autologin: maybe(oneOf(['keep', 'off'], 'The login without a password at the screen.')),
  },
  'Settings of the system that the profile chooses.',
)

const network = section(
  {
    wifi: maybe(
      section(
        {
          country: f.country('Where the radio is used, ISO 3166 alpha-2.'),
          networks: maybe(
            list(
              section(
                {
                  ssid: f.ssid('Name of the network.'),
                  pskFile: maybe(
                    f.referenced(
                      'A file with the passphrase (8 to 63 characters) or the key (64 hex digits); left out: an open network.',
                    ),
                  ),
                  hidden: maybe(flag('The network does not announce its name.')),
                },
                'A wireless network.',
              ),
              'Networks that the device joins.',
            ),
          ),
        },
        'Wireless networks.',
      ),
    ),
  },
  'Connections.',
)

const file = section(
  {
    path: f.devicePath('FIL010', 'Absolute path on the device.'),
    content: maybe(text('The text of the file.')),
    source: maybe(f.referenced('A file beside the spec, copied byte by byte.')),
    mode: maybe(f.fileMode('Permissions, octal, in quotes.')),
    owner: maybe(f.accountName('User that owns the file.')),
    group: maybe(f.accountName('Group that owns the file.')),
  },
  'A further file: either `content` or `source`.',
)

export const specSchema = section(
  {
    version: v.pipe(v.literal(1), v.description('Version of this format.')),
    profile: maybe(oneOf(['standard', 'strict'], 'The defaults of everything else.')),
    device: part(device),
    users: part(list(user, 'The owners of the device.')),
    defaultUser: maybe(oneOf(['remove', 'lock', 'keep'], 'What becomes of the stock account `pi`.')),
    removeHome: maybe(flag('With `defaultUser: remove`: whether its home goes too.')),
    ssh: part(ssh),
    firewall: part(firewall),
    fail2ban: part(fail2ban),
    updates: part(updates),
    packages: part(
      section(
        {
          bundle: maybe(flag('Carry the needed packages in the image, so that the first start needs no network.')),
          keep: maybe(flag('Whether the carried packages stay on the device when they are in use.')),
          snapshot: maybe(
            f.moment(
              'Packages come from archives of this moment, e.g. "2026-11-01T00:00:00Z"; needs --apt-mirror with {snapshot}.',
            ),
          ),
          install: maybe(list(f.packageName('Name of a package.'), 'Further packages.')),
          debs: maybe(
            list(
              section(
                {
                  file: f.referenced('A .deb beside the spec.'),
                  sha256: maybe(f.sha256('Its SHA-256, 64 hex digits; needed where there is no signature.')),
                  signature: maybe(f.referenced('A detached OpenPGP signature of the .deb, armoured or not.')),
                  signedBy: maybe(f.referenced('The public keys, one of which has to be the signature’s.')),
                },
                'A package of your own.',
              ),
              'Packages of your own; what they need comes along. They are carried, so they need `bundle: true`.',
            ),
          ),
          remove: maybe(list(f.packageName('Name of a package.'), 'Packages that go at the first start.')),
        },
        'Packages of Debian and Raspberry Pi.',
      ),
    ),
    services: part(
      section(
        {
          disable: maybe(
            list(f.unitName('A systemd unit.'), 'Not started at boot; something else may still start it.'),
          ),
          mask: maybe(list(f.unitName('A systemd unit.'), 'Cannot be started at all.')),
        },
        'Services that the image starts.',
      ),
    ),
    hardware: part(
      section(
        {
          wifi: maybe(oneOf(['on', 'off'], 'The wireless network.')),
          bluetooth: maybe(oneOf(['on', 'off'], 'Bluetooth.')),
          usbStorage: maybe(
            oneOf(['allow', 'block'], 'Sticks and disks on USB. Do not block them where the device starts from one.'),
          ),
        },
        'Radios and ports.',
      ),
    ),
    hardening: part(hardening),
    network: part(network),
    files: part(list(file, 'Further files.')),
    firstBoot: part(
      section(
        {
          scripts: maybe(
            list(
              f.referenced('A script beside the spec.'),
              'Run once, as root, in this order, after the steps of pibake itself.',
            ),
          ),
        },
        'The first start.',
      ),
    ),
  },
  'Spec of pibake: what a Raspberry Pi OS image is to become before its first start.',
)

/** A spec as written, with every value's own syntax checked. */
export type RawSpec = v.InferOutput<typeof specSchema>

/** 1 to 4: of likelihood, hardly … certain; of impact, a nuisance … the whole device. */
export type Grade = 1 | 2 | 3 | 4

/** Lines of a spec that close it, or why nothing can before the first start. */
export type Cure = { readonly spec: string } | { readonly cannot: string }

/** How somebody has to come to make use of a finding: what the role of a device makes more or less likely. */
export type Path = 'network' | 'local' | 'hands' | 'copy'

export interface Rule {
  readonly title: string
  /** `network`: by it; `local`: from an account or a program; `hands`: with the device or its card in hand; `copy`: with a copy of the image. */
  readonly by: Path
  /** Of an ordinary device in a home network. */
  readonly likelihood: Grade
  readonly impact: Grade
  readonly cure: Cure
}

const rule = (by: Path, likelihood: Grade, impact: Grade, title: string, cure: string | Cure): Rule => ({
  title,
  by,
  likelihood,
  impact,
  cure: typeof cure === 'string' ? { spec: cure } : cure,
})

/** Every finding that an audit may have. An id keeps its meaning for ever; docs/audit.md is made from this table. */
export const rules = {
  'ssh-password': rule(
    'network',
    4,
    4,
    'SSH takes a password',
    'ssh: { passwordAuthentication: false }\nusers: [{ name: NAME, authorizedKeys: [{ file: ID.pub }] }]',
  ),
  // Whose keys these are an image does not say: after pibake they are those of the spec.
  'ssh-key': rule(
    'network',
    1,
    3,
    'SSH takes a key that the image brings',
    'users: [{ name: NAME, authorizedKeys: [{ file: ID.pub }] }]   # what is not here is taken out',
  ),
  'default-password': rule('network', 4, 4, 'An account has a password that everybody knows', 'defaultUser: remove'),
  'weak-hash': rule('copy', 2, 3, 'A hash of a password is soon tried', {
    cannot: 'give the account another password, or none',
  }),
  'root-unasked': rule(
    'local',
    3,
    4,
    'An account becomes root without a password',
    'users: [{ name: NAME, sudo: password }]',
  ),
  'root-way': rule('local', 2, 4, 'There is a way to root beside sudo', 'defaultUser: remove'),
  'damaged-accounts': rule('local', 1, 3, 'An account file has a line that is not one', {
    cannot: 'repair it in the image, with vipw and vigr in a chroot',
  }),
  'console-unasked': rule('hands', 3, 3, 'The console lets in whoever sits at it', 'hardening: { autologin: off }'),
  'other-login': rule('network', 3, 4, 'Another program than sshd lets people in', {
    cannot: 'take the program out of the image, or have services.mask keep its unit from starting',
  }),
  unproved: rule('network', 2, 3, 'Something decides who gets in and cannot be judged', {
    cannot: 'look at what it names, and take it out of the image or accept it',
  }),
  'no-packet-filter': rule(
    'network',
    3,
    3,
    'No packet filter keeps connections out',
    'firewall: { enabled: true, incoming: deny }',
  ),
  listener: rule(
    'network',
    3,
    3,
    'A service can be reached from the network',
    'services: { disable: [UNIT] }   # or firewall.rules: allow from NETWORK',
  ),
  'open-service': rule(
    'network',
    4,
    4,
    'A service does for everybody what only some should be able to ask of it',
    'services: { disable: [UNIT] }   # or a password in its own configuration, or firewall.rules: allow from NETWORK',
  ),
  'plain-text-service': rule(
    'network',
    2,
    3,
    'A service takes passwords in plain text',
    'services: { disable: [UNIT] }   # or TLS in its own configuration, or firewall.rules: allow from NETWORK',
  ),
  'untold-listener': rule(
    'network',
    2,
    2,
    'A service listens somewhere that its files do not say',
    'services: { disable: [UNIT] }   # or a port of its own in its configuration',
  ),
  'no-limit': rule('network', 3, 3, 'Nothing stops who guesses passwords', 'fail2ban: { enabled: true }'),
  'no-upgrades': rule('network', 3, 3, 'Security upgrades do not come by themselves', 'updates: { unattended: true }'),
  'boot-secret': rule(
    'hands',
    3,
    3,
    'A secret lies on the boot partition, which everybody can read',
    'network: { wifi: { networks: [{ ssid: NAME, pskFile: FILE }] } }',
  ),
  'first-boot-agent': rule(
    'copy',
    3,
    4,
    'Another program will still change the device at its first start',
    'users: [{ name: NAME }]   # pibake switches the others off',
  ),
  'private-key': rule('copy', 3, 3, 'A private key lies in the image', {
    cannot: 'take it out of the image, and let each device make or fetch its own',
  }),
  token: rule('copy', 3, 3, 'A file with log-ins of a person lies in the image', {
    cannot: 'take the file out of the image, and change what was in it',
  }),
  'shared-identity': rule('copy', 3, 3, 'Every copy of the image would be the same device', {
    cannot: 'the image has been started: make a fresh one, and each device makes its own',
  }),
  'network-password': rule('copy', 1, 3, 'The password of a network lies in the image', {
    cannot: 'who has a copy of the image has it: give the kit a network of its own',
  }),
  'world-writable': rule('local', 2, 2, 'Every program may change a file or what is in a directory', {
    cannot: 'take the bit from it in the image',
  }),
  'unsigned-source': rule('network', 2, 4, 'Packages come from a source that nobody has to sign', {
    cannot: 'take the option out of the image',
  }),
  vulnerable: rule(
    'network',
    3,
    3,
    'A package has vulnerabilities that an upgrade closes',
    'updates: { firstBoot: security }',
  ),
  'missed-upgrade': rule(
    'network',
    3,
    3,
    'Security upgrades that the image’s own lists offer are not installed',
    'updates: { firstBoot: security }',
  ),
  'changed-file': rule('local', 2, 3, 'A file of a package was changed', {
    cannot: 'find out why, or bring it back in the image',
  }),
  'kernel-weakened': rule('local', 2, 2, 'A setting of the kernel is weaker than its own', 'profile: standard'),
  'kernel-settings': rule('local', 1, 3, 'Settings of the kernel are left as it has them', 'profile: standard'),
  'rare-modules': rule(
    'local',
    1,
    3,
    'Modules of the kernel that hardly anybody uses can be loaded',
    'profile: standard',
  ),
  'mount-options': rule(
    'local',
    1,
    2,
    'Programs run from folders that everybody can write',
    'hardening: { mountOptions: { tmp: noexec, shm: noexec, varTmp: noexec } }',
  ),
  'usb-storage': rule('hands', 1, 3, 'USB disks are taken', 'hardware: { usbStorage: block }'),
  'bluetooth-on': rule('hands', 1, 2, 'Bluetooth is on', 'hardware: { bluetooth: "off" }'),
  'apparmor-off': rule('local', 2, 2, 'AppArmor confines nothing', 'hardening: { appArmor: true }'),
} as const satisfies Record<string, Rule>

export type RuleId = keyof typeof rules

export function isRule(text: string): text is RuleId {
  return Object.hasOwn(rules, text)
}

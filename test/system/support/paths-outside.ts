/** How a path outside the target may be met; each is held against what strace sees. */
const RULES = {
  named: 'Named by the caller: links are followed. Only read.',
  image: 'Named by the caller, a plain file; changed where it stands, under its lock, and left to its owner alone.',
  believed:
    'Named by nobody: a plain file of this user, of root or of the owner of what it lies beside, with one name, not writable by more users than that is; opened with `O_NOFOLLOW`. Else it is refused.',
  looked: 'Names alone: it is seen whether it is there; the folder is listed, or brought to the disk.',
  placed: 'Never opened for writing: replaced by a rename, or removed; a link itself, not what it leads to.',
  new: 'Made with `O_EXCL` and mode 0600, or as a folder with 0700, under a name that holds the process; then its own.',
  private:
    'A file or folder with a random name and mode 0600 or 0700 (mkstemp, mkdtemp); the folder of the apt of root is 0755, and nobody else writes in it.',
  cache: 'Of the user alone: 0700 and 0600; what is read is held against its SHA-256.',
  made: 'Named by the caller, and made if it is not there; never over what is there. Of a folder the names are looked at.',
  system: 'Root’s, and writable by root alone, up to `/`.',
  device: 'Named by the caller, a whole disk: opened with `O_EXCL` to be written, with `O_DIRECT` to be read.',
  kernel: 'Made by the kernel.',
} as const

export type Rule = keyof typeof RULES

export interface Row {
  /** Where it is, in words of the page. */
  readonly path: string
  /** The same as a pattern; `<NAME>` is a folder of the run. */
  readonly pattern: RegExp
  readonly what: string
  readonly rule: Rule
}

const row = (path: string, pattern: RegExp, what: string, rule: Rule): Row => ({ path, pattern, what, rule })
const OUTPUT = String.raw`[^/]+\.(img|tar)(\.xz|\.zst|\.gz)?`

/** Every path that pibake and the programs that it starts read, write or run, outside the target and pibake's own package. */
export const ROWS: readonly Row[] = [
  row(
    'SPEC, and what it names; FILE… of `import`',
    /^<SPEC>\/((pibake|plain|fleet)\.yaml|files\/.+)$/,
    'the spec; `…File`, `source`, scripts, packages, signatures, keys',
    'named',
  ),
  row(
    'FILE of `--seal-to` and `--identity`',
    /^<SPEC>\/office\.(txt|key)$/,
    'who opens the secrets of devices',
    'named',
  ),
  row('FILE of `--inventory`', /^<SPEC>\/kits\.csv$/, 'the devices of a fleet', 'named'),
  row('`pibake.lock` beside SPEC', /^<SPEC>\/pibake\.lock$/, 'which packages the image carries', 'believed'),
  row('`HOSTNAME.known_hosts` beside SPEC', /^<SPEC>\/[\w-]+\.known_hosts$/, 'host keys that were made', 'believed'),
  row('IMAGE', /^<IMAGE>\/[\w-]+\.img$/, 'the image that `--image` or `audit` names', 'image'),
  row('`IMAGE.pibake-redo`', /^<(IMAGE|BASE|OUT)>\/.+\.pibake-redo$/, 'an edit that was interrupted', 'believed'),
  row(
    '`IMAGE.pibake-redo.new`, `IMAGE.pibake-lock.PROCESS`',
    /^<IMAGE>\/.+\.pibake-(redo\.new|lock\.[\w.-]+)$/,
    'an edit that begins; whose turn it is',
    'new',
  ),
  row('the folder of IMAGE', /^<IMAGE>$/, 'locks of others', 'looked'),
  row('DEVICE of `flash --to`', /^\/dev\/loop\d+$/, 'the card', 'device'),
  // All of the machine are looked at, those of suites that run beside this one too.
  row(
    'the file behind a loop device',
    /^(?!.*(?:<|\/pibake-paths-)).*\/pibake-[\w-]+\/[^/]+$|\/pibake-paths-\w+\/card$/,
    'its name is the serial of the device; an image that is one is in use',
    'looked',
  ),
  row('BASE', new RegExp(`^<BASE>/${OUTPUT}$`), 'the image or archive that `bake` copies or `flash` writes', 'named'),
  row('`BASE.bmap`', new RegExp(`^<BASE>/${OUTPUT}\\.bmap$`), 'checksums of what does not change', 'believed'),
  row('OUT', new RegExp(`^<OUT>/${OUTPUT}$`), 'what `bake` and `--overlay` make; what `verify` reads', 'placed'),
  row(
    '`OUT.manifest.json`, `.bmap`, `.provenance.json`, `.rpi-imager.json`, `.spdx.json`, `.cdx.json`',
    new RegExp(`^<OUT>/${OUTPUT}\\.(manifest\\.json|bmap|provenance\\.json|rpi-imager\\.json|spdx\\.json|cdx\\.json)$`),
    'what is said of OUT',
    'placed',
  ),
  row(
    '`devices/*`, `fleet.json`, `known_hosts`, `sshfp.zone`, `devices.csv`, `labels.html`, `SHA256SUMS` of a fleet',
    /^<OUT>\/(fleet|oci)\/(devices\/\w[\w.-]*|fleet\.json|known_hosts|sshfp\.zone|devices\.csv|labels\.html|SHA256SUMS)$/,
    'what `fleet` makes, and says of it; a delta is read again',
    'placed',
  ),
  row(
    '`oci-layout`, `index.json`, `blobs/sha256/*` of a fleet',
    /^<OUT>\/(fleet|oci)\/(oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/,
    'the same as an OCI image layout: base, deltas, manifests',
    'placed',
  ),
  row(
    '`records/*`, `secrets/*`, `shards/*` of a fleet',
    /^<OUT>\/(fleet|oci)\/(records|secrets|shards)\/[\w-]+\.json(\.age(\.new)?)?$/,
    'what is done already; host keys that were made; the parts of a fleet',
    'believed',
  ),
  row(
    'the folder of a fleet, and those in it',
    /^<OUT>\/(fleet|oci)(\/(devices|records|secrets|shards|blobs(\/sha256)?))?$/,
    'what is made, what a run that was killed has left, the parts',
    'made',
  ),
  row('FILE of `--sarif`', /^<OUT>\/[\w-]+\.sarif$/, 'the findings of `audit`', 'placed'),
  row('FILE of `--html` and `page`', /^<OUT>\/[\w-]+\.html$/, 'the page of `audit`; pibake as a page', 'placed'),
  row(
    '`SHA256SUMS`, `SHA256SUMS.sig` beside OUT',
    /^<OUT>\/SHA256SUMS(\.sig)?$/,
    'checksums of all outputs',
    'believed',
  ),
  row(
    '`.NAME.pibake-PROCESS.N` beside what is written',
    /\/\.[^/]+\.pibake-[\w-]+\.\d+(\/[^/]+)*$/,
    'what becomes NAME',
    'new',
  ),
  row(
    'the folder of OUT or SPEC, `$TMPDIR`',
    /^<(OUT|SPEC|BASE|TMP)>$/,
    'what a run that was killed has left',
    'looked',
  ),
  row('FILE of `init`, `-o` of `import`', /^<CWD>\/(pibake|imported)\.yaml$/, 'the new spec', 'made'),
  row('`wifi-NAME.psk` beside it', /^<CWD>\/wifi-[\w.-]+\.psk$/, 'the password of a Wi-Fi network', 'made'),
  row('`-o` of `demo`, a folder', /^<CWD>\/pibake-demo$/, 'where it writes', 'made'),
  row(
    '`overlay.tar` in it',
    /^<CWD>\/pibake-demo\/(overlay\.tar|[\w-]+\.known_hosts)$/,
    'what the demo makes',
    'placed',
  ),
  row('KEY of `--sign`', /^<SPEC>\/sign(\.pub|-cert\.pub)?$/, 'read by ssh-keygen', 'named'),
  row('`~/.ssh/*.pub`', /^<HOME>\/\.ssh(\/[^/]+\.pub)?$/, 'the key that `init` offers', 'named'),
  row(
    '`$XDG_CACHE_HOME/pibake`, or `~/.cache/pibake`',
    /^<HOME>\/\.cache(\/pibake(\/debs(\/sha256(\/..(\/[0-9a-f]{64}\.deb.*)?)?)?)?)?$/,
    'packages that were fetched, by their SHA-256',
    'cache',
  ),
  row(
    '`$TMPDIR/pibake-*-RANDOM`',
    /^<TMP>\/pibake-(apt|fetch|deb|signature|examples)-\w{6}(\/.*)?$/,
    'for apt, dpkg-deb and gpgv; the example of `demo` in a single-file executable',
    'private',
  ),
  row(
    '`dpkg-deb.RANDOM`, `apt.*.RANDOM`, `apt-key-gpghome.RANDOM` in `$TMPDIR` or `/tmp`',
    /^(<TMP>|\/tmp)\/(dpkg-deb|apt\.\w+|apt-key-gpghome)\.\w{6,}(\/.*)?$/,
    'of dpkg-deb and apt themselves',
    'private',
  ),
  row('`/run/udev/data/b*`', /^\/run\/udev\/data\/b[\d:]+$/, 'serials of devices, by udev', 'system'),
  row('where a card is mounted', /^\/(media|run\/media)\/.+$/, 'for `apply --auto`: which partition it is', 'looked'),
  row('archives with `file:` in their addresses', /^<ARCHIVE>(\/.*)?$/, 'read by apt', 'named'),
  row(
    '`/proc`, `/sys`, `/dev`',
    /^\/(proc|sys|dev)(\/.*)?$/,
    'who has the image in hand; of which process a name is; random bytes, terminals',
    'kernel',
  ),
  row(
    '`/usr`, `/lib`, `/etc`, `/bin`, `/sbin`',
    /^\/(usr|lib|lib64|etc|bin|sbin)(\/.*)?$/,
    'programs and libraries, and what these read: `xz`, `zstd`, `cp`, `getcap`, `ssh-keygen`, `gpgv`, `dpkg-deb`, apt, `umount`',
    'system',
  ),
  row('`/var/run/nscd/socket`', /^(\/var)?\/run\/nscd(\/socket)?$/, 'asked by glibc for names of users', 'system'),
  row(
    '`/selinux`, `/run/user/USER`, `/*stdin*\\:`, `/*stdout*\\:`',
    /^(\/selinux|(\/var)?\/run\/user(\/\d+)?|\/\*std(in|out)\*\\+:?)$/,
    'what `cp`, `gpgv` and `zstd` look for',
    'looked',
  ),
]

const ABOUT = `What pibake, and each program that it starts, looks for, reads, writes or runs outside the target and its own package.
A test (\`system/paths.test.ts\`) runs every command under strace, as root and as another user, and fails for a path that is not
here, and for one that is opened otherwise than its rule says. To look at what is here, and at the folders above it (stat, access,
readlink), is free.`

/** The section of the threat model. */
export function pathsSection(): string {
  const rows = ROWS.map(({ path, what, rule }) => `| ${path} | ${what} | ${rule} |`)
  const rules = Object.entries(RULES).map(([name, text]) => `- **${name}**: ${text}`)
  return [ABOUT, '', '| path | what it is | rule |', '|---|---|---|', ...rows, '', ...rules].join('\n')
}

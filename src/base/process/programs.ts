/** A program that pibake calls. */
interface CalledProgram {
  /** The package of Debian that has it. */
  readonly package: string
  /** What pibake calls it for. */
  readonly for: string
  /** Whether that is done by other means, or left out, where it is not there. */
  readonly isOptional?: boolean
}

/**
 * Every program of this machine that pibake calls. By no other name can one be called ({@link ProgramName}), but for those
 * that the user himself names.
 */
const PROGRAMS = {
  xz: { package: 'xz-utils', for: 'writing .xz, and reading it fast' },
  zstd: { package: 'zstd', for: 'writing .zst, where Node cannot', isOptional: true },
  cp: { package: 'coreutils', for: 'extended attributes and ACLs on a mounted card, sparse copies' },
  getcap: { package: 'libcap2-bin', for: 'capabilities of files on a mounted card' },
  'apt-get': { package: 'apt', for: 'packages that the image carries' },
  'apt-cache': { package: 'apt', for: 'packages that the image carries' },
  'dpkg-deb': { package: 'dpkg', for: 'packages that the image carries' },
  gpgv: { package: 'gpgv', for: 'signatures of packages and files' },
  'ssh-keygen': { package: 'openssh-client', for: 'bake --sign' },
  age: { package: 'age', for: 'fleet --seal-to with the keys of SSH', isOptional: true },
  'ssh-add': { package: 'openssh-client', for: 'the keys of ssh-agent, which init offers', isOptional: true },
  perl: { package: 'perl-base', for: 'finding a password that everybody knows behind its hash', isOptional: true },
  sh: { package: 'dash', for: 'the pager that PAGER names', isOptional: true },
  umount: { package: 'mount', for: 'flash --unmount, apply --auto' },
} as const satisfies Readonly<Record<string, CalledProgram>>

export type ProgramName = keyof typeof PROGRAMS

/** The programs with what is known of them. */
export function calledPrograms(): readonly (CalledProgram & { readonly name: ProgramName })[] {
  return Object.entries<CalledProgram>(PROGRAMS).map(([name, program]) => ({ name: name as ProgramName, ...program }))
}

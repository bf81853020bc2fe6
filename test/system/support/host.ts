import { readFileSync } from 'node:fs'
import { arch, cpus, release, totalmem } from 'node:os'

/** A machine that emulates others. */
export interface HostFacts {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly architecture: string
  readonly kernel: string
  readonly qemu: string
  readonly acceleration: string
  readonly distribution: string
}

/** The machine that a result was measured on, for the result. @param emulator its name and version */
export function hostFacts(emulator: string): HostFacts {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    architecture: arch(),
    kernel: release(),
    qemu: emulator,
    acceleration: 'none (TCG)',
    distribution: /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown',
  }
}

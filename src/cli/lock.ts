import { type Command, Option } from 'commander'
import { lockedPackageText, packagesText, sizeText } from '../core/carried/bundle.ts'
import { common, type Run } from './command.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { examples } from './help.ts'
import { interruptible } from './interrupt.ts'
import { type Io, printJson, say } from './io.ts'
import { lockFileOf } from './lock-file.ts'
import { lockKeys } from './lock-keys.ts'
import { nextLines, pibakeCommand } from './next.ts'
import { openTarget, type TargetOptions } from './open-target.ts'
import { mirrorOption, packageOptions } from './package-options.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import { printMessages } from './print.ts'
import { specOptions } from './spec-options.ts'
import { TARGET, targetOptions } from './target.ts'

interface LockOptions extends PrepareOptions, TargetOptions {
  readonly update?: boolean
  readonly keyMirror?: readonly string[]
}

/** `pibake lock SPEC TARGET` */
export function addLock(program: Command, run: Run): void {
  common(specOptions(packageOptions(targetOptions(program.command('lock').usage(`SPEC ${TARGET} [options]`)), 'lock')))
    .summary('write down exactly which packages the image will carry, and which keys let in')
    .description(
      'Has apt choose the packages that the image will carry, fetches the keys that authorizedKeys has from the network, and writes pibake.lock beside the spec.',
    )
    .argument('<spec>', 'the spec file')
    .addOption(
      new Option('--update', 'ask for newer versions, also where the lock is as it should be').conflicts('frozen'),
    )
    .option(
      '--key-mirror <[from=]to>',
      'fetch keys of authorizedKeys there instead, by https or from this machine; may be repeated',
      mirrorOption,
    )
    .addHelpText(
      'after',
      examples(
        ['pibake lock pibake.yaml --image base.img.xz', 'pibake.lock, as it is needed'],
        ['pibake lock pibake.yaml --image base.img.xz --update', 'newer versions'],
      ),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 invalid spec or stale lock, 3 target refused, 75 no network.',
    )
    .action(run((io, spec: string, options: LockOptions) => lock(io, spec, options)))
}

async function lock(io: Io, specFile: string, options: LockOptions): Promise<ExitCode> {
  const refused = await interruptible((signal) => lockKeys(io, specFile, options, signal))
  if (refused !== undefined) return refused
  const carry = options.update === true ? 'update' : 'must'
  const prepared = await prepare(io, specFile, { ...options, reportOnly: true, carry }, () => openTarget(options))
  if (typeof prepared === 'number') return prepared
  const packages = prepared.bundle?.lock.packages ?? []
  if (io.json) printJson(io, { schema: 'pibake.packages/1', lock: lockFileOf(specFile), packages })
  else for (const one of packages) io.stdout.write(`${lockedPackageText(one)}\n`)
  const bytes = packages.reduce((sum, { size }) => sum + size, 0)
  say(io, packages.length === 0 ? 'no packages are carried' : `${packagesText(packages.length)}, ${sizeText(bytes)}`)
  printMessages(io, nextLines(io, [['next', pibakeCommand('plan', [specFile], options)]]))
  return EXIT.ok
}

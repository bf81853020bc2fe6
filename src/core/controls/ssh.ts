import { readSshdConfig } from '../../device/sshd/read.ts'
import { directory, type FileOperation } from '../plan/operation.ts'
import { OverlayTree } from '../plan/overlay.ts'
import type { UnitRequest } from '../plan/request.ts'
import { Traced } from '../render/render.ts'
import type { Context, Contribution, Control } from './control.ts'
import { absent, rootFile } from './root-file.ts'
import type { SshLine } from './ssh-line.ts'
import { besideImage, sshLines } from './ssh-lines.ts'
import { DROP_IN, proofProblems, type Rival, rivals } from './ssh-proof.ts'
import { settingProblems } from './ssh-settings.ts'
import { type SftpBlock, sftpBlocks, sftpFolders, sftpRivals, sftpSubsystem } from './ssh-sftp.ts'
import { userCAOperations } from './ssh-user-ca.ts'

/** Its mere existence keeps ssh.service from starting (ssh.service of Debian). */
const NOT_TO_BE_RUN = '/etc/ssh/sshd_not_to_be_run'

/** The SSH server: a drop-in that wins over everything in the image, proved; or the server off for good. */
export const ssh: Control = {
  name: 'ssh',
  compile: (context) => (context.spec.ssh.enabled ? enabled(context) : disabled(context)),
}

function enabled(context: Context): Contribution {
  const { inventory } = context
  const problems = settingProblems(context)
  if (problems.some(({ severity }) => severity === 'error')) return { problems }
  const origin = context.because(['ssh', 'enabled'], 'the SSH server runs from the first start')
  const folder = directory(DROP_IN.slice(0, DROP_IN.lastIndexOf('/')), { origin })
  const without = new OverlayTree(inventory.root, [folder, absent(DROP_IN, origin)])
  const image = readSshdConfig(without, inventory.release)
  const lines = [...besideImage(sshLines(context), image), ...sftpSubsystem(context, image)]
  const blocks = sftpBlocks(context)
  const alone = dropIn(context, lines, blocks, [])
  const below = new OverlayTree(inventory.root, [folder, alone])
  const overruled = rivals(readSshdConfig(below, inventory.release), lines).filter(({ curable }) => curable)
  const file = overruled.length === 0 ? alone : dropIn(context, lines, blocks, overruled)

  const unit = (name: string, state: UnitRequest['state'], because: string): UnitRequest => ({
    unit: name,
    state,
    origin: context.because(['ssh', 'enabled'], because),
  })
  const { operations: folders, problems: closed } = sftpFolders(context)
  const whole = new OverlayTree(inventory.root, [folder, file])
  const isInstalled = inventory.packages.has('openssh-server')
  return {
    operations: [folder, file, absent(NOT_TO_BE_RUN, origin), ...folders, ...userCAOperations(context)],
    units: [
      { unit: 'ssh.service', state: 'enabled', origin },
      unit('ssh.socket', 'masked', 'socket activation ignores Port of sshd_config'),
    ],
    packages: isInstalled ? [] : [{ name: 'openssh-server', action: 'install', origin }],
    notes: isInstalled
      ? []
      : [
          {
            severity: 'warning',
            message:
              'the image has no openssh-server: nobody can log in by SSH before the first start has installed it',
            origin,
          },
        ],
    problems: [
      ...problems,
      ...closed,
      ...proofProblems(whole, context, lines),
      ...sftpRivals(readSshdConfig(whole, inventory.release), blocks, DROP_IN),
    ],
  }
}

/**
 * The drop-in. What a `Match` of the image would overrule is said once more below a `Match all` of our own: of what
 * stands below `Match`, too, the first counts (sshd_config(5)), and this file is read first.
 */
function dropIn(
  context: Context,
  lines: readonly SshLine[],
  blocks: readonly SftpBlock[],
  overruled: readonly Rival[],
): FileOperation {
  const traced = ({ keyword, value, path, because }: SshLine) => ({
    keyword,
    value: new Traced(value, context.because(path, because)),
  })
  const again = lines.flatMap((line) => {
    const rival = overruled.find((other) => other.line === line)
    if (rival === undefined) return []
    const where = rival.at === undefined ? '' : ` ${rival.at.file}:${rival.at.line}`
    return [traced({ ...line, because: `overrules${where}: ${line.because}` })]
  })
  const origin = context.because(['ssh'], 'sshd takes the first value it reads, and reads this file first')
  const matches = blocks.map(({ user, lines: own }) => ({ user, lines: own.map(traced) }))
  return rootFile(DROP_IN, { lines: lines.map(traced), matches, again }, origin)
}

function disabled(context: Context): Contribution {
  const origin = context.because(['ssh', 'enabled'], 'no SSH server: the units are masked')
  const units = ['ssh.service', 'ssh.socket', 'sshswitch.service']
  return {
    operations: [absent(DROP_IN, origin), ...userCAOperations(context)],
    units: units.map((unit) => ({ unit, state: 'masked', origin })),
    notes: [
      {
        severity: 'info',
        message:
          'SSH is masked: a file named ssh on the boot partition no longer switches it on; log in at the console',
        origin,
      },
    ],
  }
}

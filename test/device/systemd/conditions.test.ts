import * as assert from 'uvu/assert'
import { conditionsOf, type Judgement } from '../../../src/device/systemd/conditions.ts'
import { kernelArguments, startArgument } from '../../../src/device/systemd/kernel-command-line.ts'
import { Units } from '../../../src/device/systemd/units.ts'
import { memoryTree } from '../../support/memory.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conditions of units')

const boot = memoryTree({ '/cmdline.txt': 'root=/dev/x quiet a.b=c\n', '/ssh': '' })

const cases: [lines: string, wanted: Judgement][] = [
  ['', 'met'],
  ['ConditionPathExists=/etc/there', 'met'],
  ['ConditionPathExists=!/etc/there', 'unmet'],
  ['ConditionPathExists=/etc/gone', 'unmet'],
  ['ConditionDirectoryNotEmpty=/etc/', 'met'],
  ['ConditionPathExists=/usr/../etc//there', 'met'],
  ['ConditionPathExists=there', 'unknown'],
  ['ConditionPathExists=!/etc/gone', 'met'],
  ['ConditionPathExists=/boot/firmware/ssh', 'met'],
  ['ConditionPathExists=/run/x', 'unknown'],
  ['ConditionPathExists=!/run/x', 'unknown'],
  ['ConditionPathIsDirectory=/etc', 'met'],
  ['ConditionPathIsDirectory=/etc/there', 'unmet'],
  ['ConditionPathIsSymbolicLink=/etc/link', 'met'],
  ['ConditionDirectoryNotEmpty=/etc', 'met'],
  ['ConditionFileNotEmpty=/etc/there', 'met'],
  ['ConditionFileNotEmpty=/etc/empty', 'unmet'],
  ['ConditionFileIsExecutable=/etc/there', 'unmet'],
  ['ConditionKernelCommandLine=quiet', 'met'],
  ['ConditionKernelCommandLine=a.b', 'met'],
  ['ConditionKernelCommandLine=a.b=d', 'unmet'],
  ['ConditionKernelCommandLine=!qui', 'met'],
  ['ConditionVirtualization=!container', 'met'],
  ['ConditionHost=kit', 'unknown'],
  ['ConditionFirstBoot=yes', 'unknown'],
  ['AssertPathExists=/etc/gone', 'unmet'],
  ['ConditionPathExists=/etc/gone\nConditionPathExists=/etc/there', 'unmet'],
  ['ConditionPathExists=|/etc/gone\nConditionPathExists=|/etc/there', 'met'],
  ['ConditionPathExists=|/etc/gone\nConditionPathExists=|!/etc/there', 'unmet'],
  ['ConditionPathExists=|/etc/gone\nConditionHost=|kit', 'unknown'],
  ['ConditionPathExists=/etc/gone\nConditionHost=', 'met'],
]

for (const [lines, wanted] of cases) {
  test(lines || 'none', () => {
    const root = memoryTree({
      '/etc/there': 'x',
      '/etc/empty': '',
      '/etc/link': { link: 'there' },
      '/etc/systemd/system/x.service': `[Unit]\n${lines}\n`,
    })
    const around = { root, boot, arguments: kernelArguments(boot) }
    assert.is(conditionsOf(new Units(root, 'trixie').unit('x.service'), around).judgement, wanted)
  })
}

for (const [line, unit] of [
  ['root=/dev/x quiet', undefined],
  ['single', 'rescue.target'],
  ['s', 'rescue.target'],
  ['-b', 'emergency.target'],
  ['systemd.unit=rescue.target 3', 'multi-user.target'],
  ['3 systemd.unit=x.target', 'x.target'],
  ['s=1', undefined],
] as const) {
  test(`the kernel command line ${line} starts ${unit ?? 'default.target'}`, () => {
    assert.is(startArgument(kernelArguments(memoryTree({ '/cmdline.txt': line })))?.unit, unit)
  })
}

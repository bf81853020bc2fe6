import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXT4, FAT } from '../base.ts'
import { nameOf, type Step, staged, stepsOn, type Work, writeScript } from '../work.ts'
import { mtoolsLines } from './mtools.ts'

/**
 * A shell script that makes the changes with debugfs and mtools, as somebody would write it who knows them well: one
 * call of debugfs with a file of commands, and mcopy. It reads nothing back, and debugfs ends with 0 whatever happens.
 */
export function debugfsScript(work: Work, image: string): string {
  const commands = stepsOn(work, 'root').flatMap((step) => commandsOf(work, step))
  const list = join(work.folder, 'commands')
  writeFileSync(list, `set_current_time @${work.epoch}\n${commands.join('\n')}\n`)
  return writeScript(work, 'debugfs.sh', [
    `debugfs -w -f ${list} '${image}?offset=${EXT4.start}' >/dev/null 2>&1`,
    ...mtoolsLines(work, image),
  ])
}

function commandsOf(work: Work, { operation, replaces }: Step): readonly string[] {
  const path = `"${operation.path}"`
  const meta = (mode: number, { uid, gid }: { uid: number; gid: number }) => [
    `sif ${path} mode 0${mode.toString(8)}`,
    `sif ${path} uid ${uid}`,
    `sif ${path} gid ${gid}`,
    ...['mtime', 'atime', 'ctime'].map((time) => `sif ${path} ${time} @${work.epoch}`),
  ]
  const remove = replaces ? [`rm ${path}`] : []
  switch (operation.kind) {
    case 'file':
      return [
        ...remove,
        `write ${staged(work, operation)} ${path}`,
        ...meta(0o100000 | operation.mode, operation.owner),
      ]
    case 'directory':
      return [...(replaces ? [] : [`mkdir ${path}`]), ...meta(0o40000 | operation.mode, operation.owner)]
    case 'symlink':
      return [...remove, `symlink ${path} ${operation.target}`]
    case 'remove':
      return remove
  }
}

/**
 * A shell script that reads every changed path back with debugfs and mtools and compares it with what it should be:
 * contents of files, and on ext4 types, modes, owners and targets of links. It fails when they differ.
 */
export function readBackScript(work: Work, image: string): string {
  const root = stepsOn(work, 'root')
  const back = join(work.folder, 'back')
  const commands = root.flatMap(({ operation }) => [
    ...(operation.kind === 'file' ? [`dump "${operation.path}" ${join(back, nameOf(operation))}`] : []),
    `stat "${operation.path}"`,
  ])
  const list = join(work.folder, 'read-commands')
  writeFileSync(list, `${commands.join('\n')}\n`)
  const expected = join(work.folder, 'expected')
  writeFileSync(expected, root.map(statLines).join(''))
  const boot = stepsOn(work, 'boot').filter(({ operation }) => operation.kind === 'file')
  return writeScript(work, 'read-back.sh', [
    'export MTOOLS_SKIP_CHECK=1',
    `debugfs -f ${list} '${image}?offset=${EXT4.start}' 2>/dev/null | sed -nE '${statFields}' | cmp - ${expected}`,
    ...boot.map(
      ({ operation }) =>
        `mcopy -n -i '${image}@@${FAT.start}' '::${operation.path}' '${join(back, nameOf(operation))}'`,
    ),
    `diff -r ${join(work.folder, 'stage')} ${back}`,
  ])
}

/** An empty folder for what the script of {@link readBackScript} reads. */
export function clearReadBack(work: Work): void {
  const back = join(work.folder, 'back')
  rmSync(back, { recursive: true, force: true })
  mkdirSync(back)
}

/** What sed keeps of debugfs's `stat`: a line `TYPE MODE`, a line `UID GID`, a link's target. */
const statFields = [
  's/^Inode: .*Type: ([a-z]+) +Mode: +0*([0-7]+) .*/\\1 \\2/p',
  's/^User: +([0-9]+) +Group: +([0-9]+) .*/\\1 \\2/p',
  's/^Fast link dest: "(.*)"$/\\1/p',
].join(';')

function statLines({ operation }: Step): string {
  if (operation.kind === 'remove') return ''
  if (operation.kind === 'symlink') return `symlink 777\n0 0\n${operation.target}\n`
  const { mode, owner } = operation
  const type = operation.kind === 'file' ? 'regular' : 'directory'
  return `${type} ${mode.toString(8)}\n${owner.uid} ${owner.gid}\n`
}

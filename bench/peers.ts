import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { imageTarget } from '../src/apply/edit-image.ts'
import { PlainFile } from '../src/image/plain-file.ts'
import { judge } from '../src/judge.ts'
import { changesOf } from '../src/plan/changes.ts'
import type { Change } from '../src/plan/state.ts'
import { loadSpec } from '../src/spec/load.ts'
import type { FileSystemTree } from '../src/tree/file-system.ts'

/** The work that everybody does: what pibake would change, and the image's trees to find real paths in. */
export interface Work {
  readonly changes: readonly Change[]
  readonly epoch: number
  readonly root: FileSystemTree
}

/** What the spec changes on the image. */
export function workOf(specFile: string, image: string): Work {
  const { spec, locate, digest } = loadSpec(specFile)
  if (spec === undefined) throw new Error(`${specFile} is refused`)
  const target = imageTarget(new PlainFile(image), image)
  const options = { locate, specDigest: digest, epoch: undefined, today: '2026-01-01', allowBooted: false }
  const { plan, epoch } = judge(spec, target, options)
  return { changes: changesOf(target, plan.operations), epoch, root: target.root }
}

/**
 * A shell script that makes the same changes with debugfs and mtools, as somebody would write it who knows them well: one
 * call of debugfs with a file of commands, and mcopy. It reads nothing back, and debugfs ends with 0 whatever happens.
 */
export function debugfsScript(
  work: Work,
  folder: string,
  image: string,
  ext4Offset: number,
  fatOffset: number,
): string {
  const commands: string[] = []
  const shell: string[] = []
  const fat = `${image}@@${fatOffset}`
  const stage = (index: number, content: Uint8Array, mtime: number) => {
    const file = join(folder, 'stage', String(index))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    utimesSync(file, mtime, mtime)
    return file
  }
  for (const [index, { operation, before }] of work.changes.entries()) {
    if (operation.partition === 'boot') {
      if (operation.kind === 'file') {
        shell.push(`mcopy -o -m -i '${fat}' ${stage(index, operation.content, work.epoch)} '::${operation.path}'`)
      } else if (operation.kind === 'remove') shell.push(`mdel -i '${fat}' '::${operation.path}'`)
      continue
    }
    const path = `"${work.root.place(operation.path)}"`
    const meta = (mode: number, uid: number, gid: number) =>
      commands.push(
        `sif ${path} mode 0${mode.toString(8)}`,
        `sif ${path} uid ${uid}`,
        `sif ${path} gid ${gid}`,
        ...['mtime', 'atime', 'ctime'].map((time) => `sif ${path} ${time} @${work.epoch}`),
      )
    if (operation.kind === 'file') {
      if (before.kind !== 'absent') commands.push(`rm ${path}`)
      commands.push(`write ${stage(index, operation.content, work.epoch)} ${path}`)
      meta(0o100000 | operation.mode, operation.owner.uid, operation.owner.gid)
    } else if (operation.kind === 'directory') {
      if (before.kind === 'absent') commands.push(`mkdir ${path}`)
      meta(0o40000 | operation.mode, operation.owner.uid, operation.owner.gid)
    } else if (operation.kind === 'symlink') {
      if (before.kind !== 'absent') commands.push(`rm ${path}`)
      commands.push(`symlink ${path} ${operation.target}`)
    } else if (before.kind !== 'directory') commands.push(`rm ${path}`)
  }
  const list = join(folder, 'commands')
  writeFileSync(list, `set_current_time @${work.epoch}\n${commands.join('\n')}\n`)
  const script = join(folder, 'debugfs.sh')
  const calls = [`debugfs -w -f ${list} '${image}?offset=${ext4Offset}' >/dev/null 2>&1`, ...shell]
  writeFileSync(script, `set -eu\nexport TZ=UTC MTOOLS_SKIP_CHECK=1\n${calls.join('\n')}\n`)
  return script
}

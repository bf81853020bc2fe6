import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../test/device/support/run.ts'
import type { Step, Work } from './work.ts'

/** The image that a peer edits, and where its file systems begin, in bytes. */
export interface Edited {
  readonly image: string
  readonly fat: number
  readonly ext4: number
}

/**
 * A shell script that makes the changes with debugfs and mtools, as somebody would write it who knows them well: one call
 * of debugfs with a file of commands, and mcopy. debugfs ends with 0 whatever happens.
 */
export function debugfsScript(work: Work, edited: Edited, folder: string): string {
  const commands = [`set_current_time @${work.epoch}`]
  for (const step of onRoot(work)) {
    const path = `"${step.path}"`
    if (step.isInTheWay) commands.push(`rm ${path}`)
    if (step.kind === 'symlink') commands.push(`symlink ${path} ${step.target}`)
    if (step.kind === 'file') commands.push(`write ${step.from} ${path}`)
    if (step.kind === 'directory' && step.isNew) commands.push(`mkdir ${path}`)
    if (!('mode' in step)) continue
    const type = step.kind === 'file' ? 0o100000 : 0o40000
    commands.push(
      `sif ${path} mode 0${(type | step.mode).toString(8)}`,
      `sif ${path} uid ${step.uid}`,
      `sif ${path} gid ${step.gid}`,
      ...['mtime', 'atime', 'ctime'].map((time) => `sif ${path} ${time} @${work.epoch}`),
    )
  }
  const list = written(folder, 'commands', commands)
  return script(folder, 'debugfs.sh', [
    `debugfs -w -f ${list} ${ext4(edited)} >/dev/null 2>&1`,
    ...mtools(work, edited),
  ])
}

/** {@link debugfsScript}, and what a careful author adds: every file is read again, and every inode's mode and owner. */
export function debugfsBackScript(work: Work, edited: Edited, folder: string): string {
  const steps = onRoot(work).filter((step) => 'mode' in step)
  const files = steps.filter((step) => step.kind === 'file')
  const reads = written(folder, 'reads', [
    ...files.map(({ path, from }) => `dump "${path}" ${from}.back`),
    ...steps.map(({ path }) => `stat "${path}"`),
  ])
  const owners = steps.map(({ mode, uid, gid }) => `${mode.toString(8).padStart(4, '0')} ${uid} ${gid}`)
  const expected = written(folder, 'owners', owners)
  return script(folder, 'debugfs-back.sh', [
    `sh ${debugfsScript(work, edited, folder)}`,
    `debugfs -f ${reads} ${ext4(edited)} 2>/dev/null >${folder}/stats`,
    `awk '/^Inode:.*Mode:/ { mode = $6 } /^User:/ { print mode, $2, $4 }' ${folder}/stats | cmp - ${expected}`,
    ...files.map(({ from }) => `cmp ${from} ${from}.back`),
    ...onBoot(work).flatMap((step) =>
      step.kind === 'file' ? [`mcopy -n -i ${fat(edited)} '::${step.path}' - | cmp - ${step.from}`] : [],
    ),
  ])
}

/**
 * As root: the kernel's ext4 by a loop device, the FAT by mtools, for not every kernel has vfat. What is written goes to
 * the disk when it is unmounted.
 */
export function mountScript(work: Work, edited: Edited, folder: string): string {
  const place = join(folder, 'mounted')
  mkdirSync(place, { recursive: true })
  const lines = onRoot(work).flatMap((step) => {
    const path = `'${place}${step.path}'`
    const lines = step.isInTheWay && step.kind !== 'file' ? [`rm ${path}`] : []
    if (step.kind === 'symlink') lines.push(`ln -s '${step.target}' ${path}`)
    if (step.kind === 'directory')
      lines.push(`install -d -m ${step.mode.toString(8)} -o ${step.uid} -g ${step.gid} ${path}`)
    if (step.kind === 'file') {
      lines.push(`install -p -m ${step.mode.toString(8)} -o ${step.uid} -g ${step.gid} ${step.from} ${path}`)
    }
    return lines
  })
  return script(folder, 'mount.sh', [
    `mount -o loop,offset=${edited.ext4} '${edited.image}' ${place}`,
    ...lines,
    `umount ${place}`,
    `sync '${edited.image}'`,
    ...mtools(work, edited),
  ])
}

/** The version of balena-image-fs that is measured: the newest one of November 2026. */
const BALENA = 'balena-image-fs@7.6.21'

/**
 * A program that makes the changes with balena-image-fs, which is fetched into `cache` once. It sets no times.
 */
export function balenaProgram(work: Work, edited: Edited, folder: string, cache: string): string {
  const place = join(cache, BALENA)
  if (!existsSync(join(place, 'node_modules'))) {
    mkdirSync(place, { recursive: true })
    run(['npm', 'install', '--prefix', place, '--no-save', '--no-audit', '--no-fund', BALENA], { timeout: 600 })
  }
  const list = written(folder, 'balena.json', [JSON.stringify({ boot: onBoot(work), root: onRoot(work) })])
  return written(folder, 'balena.cjs', [
    `const { interact } = require('${place}/node_modules/balena-image-fs')`,
    `const steps = JSON.parse(require('node:fs').readFileSync('${list}', 'utf8'))`,
    `const image = '${edited.image}'`,
    BALENA_EDIT,
  ])
}

/** Its file system interface is that of Node's fs, with callbacks; that of FAT removes nothing. */
const BALENA_EDIT = `
const { readFileSync } = require('node:fs')
const { promisify } = require('node:util')
const main = async () => {
  for (const [number, part] of [[1, steps.boot], [2, steps.root]]) {
    await interact(image, number, async (fs) => {
      const call = (name, ...args) => promisify(fs[name]).call(fs, ...args)
      for (const step of part) {
        if (step.isInTheWay && fs.unlink !== undefined) await call('unlink', step.path)
        if (step.kind === 'symlink') await call('symlink', step.target, step.path)
        if (step.kind === 'directory' && step.isNew) await call('mkdir', step.path)
        if (step.kind === 'file') await call('writeFile', step.path, readFileSync(step.from))
        if (step.mode !== undefined && number === 2) {
          await call('chmod', step.path, step.mode)
          await call('chown', step.path, step.uid, step.gid)
        }
      }
    })
  }
}
main().catch((error) => {
  console.error(error)
  process.exit(1)
})`

const onRoot = ({ steps }: Work): readonly Step[] => steps.filter(({ partition }) => partition === 'root')
const onBoot = ({ steps }: Work): readonly Step[] => steps.filter(({ partition }) => partition === 'boot')
const ext4 = (edited: Edited) => `'${edited.image}?offset=${edited.ext4}'`
const fat = (edited: Edited) => `'${edited.image}@@${edited.fat}'`

function mtools(work: Work, edited: Edited): string[] {
  return onBoot(work).flatMap((step) => {
    if (step.kind === 'file') return [`mcopy -o -m -i ${fat(edited)} ${step.from} '::${step.path}'`]
    return step.kind === 'remove' ? [`mdel -i ${fat(edited)} '::${step.path}'`] : []
  })
}

function script(folder: string, name: string, lines: readonly string[]): string {
  return written(folder, name, ['set -eu', 'export TZ=UTC MTOOLS_SKIP_CHECK=1', ...lines])
}

function written(folder: string, name: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programEnvironment, programPath } from '../../base/process/find-program.ts'
import { TarArchive } from '../../storage/tar/archive.ts'
import { TarTree } from '../../storage/tar/tree.ts'
import { MemoryTree } from '../../storage/tree/memory.ts'
import type { Tree } from '../../storage/tree/tree.ts'

/**
 * The files that a .deb holds, as dpkg-deb unpacks them.
 *
 * @returns a clause in place of them: why they cannot be looked at
 */
export function filesOfDeb(content: Uint8Array, label: string): Tree | string {
  const place = mkdtempSync(join(tmpdir(), 'pibake-deb-'))
  try {
    const [deb, tar] = [join(place, 'package.deb'), join(place, 'files.tar')]
    writeFileSync(deb, content)
    const out = openSync(tar, 'wx', 0o600)
    try {
      const { error, status, stderr } = spawnSync(programPath('dpkg-deb'), ['--fsys-tarfile', deb], {
        stdio: ['ignore', out, 'pipe'],
        encoding: 'utf8',
        env: programEnvironment(),
      })
      if (error !== undefined) return 'this machine has no dpkg-deb'
      if (status !== 0) return stderr.trim()
    } finally {
      closeSync(out)
    }
    return inMemory(new TarArchive(tar, { label }))
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function inMemory(archive: TarArchive): Tree {
  try {
    const tree = new TarTree(archive)
    const memory = new MemoryTree(archive.label)
    for (const { path } of archive.entries) {
      const entry = tree.lstat(path)
      if (entry?.kind === 'file') memory.nodes.set(path, { ...entry, content: tree.read(path) ?? new Uint8Array() })
      else if (entry?.kind === 'directory' || entry?.kind === 'symlink') memory.nodes.set(path, { ...entry })
    }
    return memory
  } finally {
    archive.close()
  }
}

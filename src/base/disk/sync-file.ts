import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Brings the content of a file to the disk. */
export function syncFile(file: string): void {
  const fd = openSync(file, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** What workers have, and TypeScript's library of pages does not name. */

declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer
}

interface FileSystemSyncAccessHandle {
  truncate(size: number): void
  write(bytes: Uint8Array, options: { at: number }): number
  flush(): void
  close(): void
}

interface FileSystemFileHandle {
  createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>
}

interface FileSystemDirectoryHandle {
  keys(): AsyncIterableIterator<string>
}

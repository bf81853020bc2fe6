/** What Chromium has, and TypeScript's library does not name. */
type Picker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>

/** Whether this browser can write to a file that its user picks (File System Access; Chromium). */
export const hasPicker = 'showSaveFilePicker' in window

/** The file that the owner picks; undefined: the dialog was closed. */
export async function pickedFile(suggestedName: string): Promise<FileSystemFileHandle | undefined> {
  const { showSaveFilePicker: pick } = window as unknown as { showSaveFilePicker: Picker }
  try {
    return await pick({ suggestedName })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

/**
 * Writes to a file that was picked. It appears under its name when it is whole: until then the browser writes to one beside it.
 *
 * @throws what the browser says, or `calledOff()` once the signal has come
 */
export async function writePicked(
  handle: FileSystemFileHandle,
  content: Blob,
  signal: AbortSignal,
  calledOff: () => Error,
): Promise<void> {
  const file = await handle.createWritable()
  const abort = () => void file.abort().catch(() => undefined)
  signal.addEventListener('abort', abort)
  try {
    await file.write(content)
    await file.close()
  } catch (error) {
    abort()
    throw signal.aborted ? calledOff() : error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

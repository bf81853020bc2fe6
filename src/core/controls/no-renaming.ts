import { render } from '../render/render.ts'

export const USERCONF = '/usr/lib/userconf-pi/userconf'

/**
 * The content of {@link USERCONF}. Imager's first start calls it to rename the account with the number 1000, and an image that
 * is baked may be written to a card with Imager's own settings: it refuses, for the owner's name is what sshd lets in.
 * Imager's script (1.7 and later) renames by itself where the file is missing, so every image gets it.
 */
export function noRenaming(): Uint8Array {
  return render(`root${USERCONF}.ejs`, {}).content
}

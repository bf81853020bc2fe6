import { basename } from 'node:path'
import type { Inventory } from '../../device/inspect/inventory.ts'

export interface ImagerFacts {
  /** OUT; its folder is cut off. */
  readonly out: string
  /** Where OUT will be fetched from, without its name; without it the address is the bare name. */
  readonly urlBase?: string | undefined
  /** Shown in Imager's list. */
  readonly name: string
  readonly description: string
  readonly image: Pick<Inventory, 'architecture' | 'date'>
  /** Seconds since 1970, whose day stands for an image without a date. */
  readonly epoch: number
  /** The decoded image, in bytes; its SHA-256 in hex, where it is known. */
  readonly decoded: { readonly size: number; readonly sha256?: string | undefined }
  /** OUT as it is: size in bytes, SHA-256 in hex. */
  readonly packed: { readonly size: number; readonly sha256: string }
}

/** Models that an architecture runs on: what they are called, and the tags that Imager's own list has for them. */
const MODELS: Readonly<Record<Inventory['architecture'], { readonly name: string; readonly tags: readonly string[] }>> =
  {
    arm64: { name: 'Raspberry Pi 3, 4, 5, Zero 2 W', tags: ['pi5-64bit', 'pi4-64bit', 'pi3-64bit'] },
    armhf: { name: 'Raspberry Pi', tags: ['pi5-32bit', 'pi4-32bit', 'pi3-32bit', 'pi2-32bit', 'pi1-32bit'] },
  }

/**
 * A list of one system for Raspberry Pi Imager (its doc/schema-notes.md and os-list-schema.json): with `init_format`
 * `none` Imager offers no customisation, which would undo what the spec says. Without `extract_sha256`, which the
 * schema asks for, Imager writes without holding the image against a hash. `imager.devices` is what its first step lets
 * choose from; a list that stands for itself has to bring it.
 */
export function imagerList(facts: ImagerFacts) {
  const { out, urlBase, name, description, image, epoch, decoded, packed } = facts
  const file = encodeURIComponent(basename(out))
  const { name: model, tags } = MODELS[image.architecture]
  return {
    imager: {
      devices: [{ name: model, tags, default: true, icon: '', description: '', matching_type: 'exclusive' }],
    },
    os_list: [
      {
        name,
        description,
        // Asked for; empty, none is shown.
        icon: '',
        url: urlBase === undefined ? file : `${urlBase.replace(/\/*$/, '/')}${file}`,
        extract_size: decoded.size,
        ...(decoded.sha256 === undefined ? {} : { extract_sha256: decoded.sha256 }),
        image_download_size: packed.size,
        image_download_sha256: packed.sha256,
        release_date: image.date ?? new Date(epoch * 1000).toISOString().slice(0, 10),
        init_format: 'none',
        devices: tags,
        architecture: image.architecture === 'arm64' ? 'armv8' : 'armhf',
      },
    ],
  }
}

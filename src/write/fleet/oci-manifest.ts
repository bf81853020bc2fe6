import { digestOf } from '../../base/digest.ts'
import { utf8 } from '../../base/host/bytes.ts'
import { type Format, outputName } from './layout.ts'
import type { Made } from './record.ts'

/** The documents of an OCI image layout with one artifact for each device (OCI Image Format 1.1, Guidelines for Artifact Usage). */

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const ARTIFACT_TYPE = 'application/vnd.pibake.device.v1'
const BASE_TYPE = 'application/vnd.pibake.base.v1'

/** What of a device can lie beside its base. */
const LAYER_TYPES: Partial<Record<Format, string>> = {
  delta: 'application/vnd.pibake.delta.v1',
  'overlay.tar': 'application/vnd.pibake.overlay.v1.tar',
}

/** The name of a tag, which skopeo and oras read in an index. */
const REF_NAME = 'org.opencontainers.image.ref.name'
/** The name of the file that `oras pull` makes of a layer. */
const TITLE = 'org.opencontainers.image.title'

/** The content of `oci-layout`. */
export const LAYOUT_TEXT = JSON.stringify({ imageLayoutVersion: '1.0.0' })

/** The configuration of an artifact that has none. */
export const EMPTY_CONFIG = utf8('{}')

interface Base {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

/** Whether devices of the format are something that is laid over the base. */
export function hasLayers(format: Format): boolean {
  return LAYER_TYPES[format] !== undefined
}

/** The manifest of a device: the base, and what is laid over it. */
export function manifestOf(base: Base, { id, sha256, bytes }: Made, format: Format): Uint8Array {
  const mediaType = LAYER_TYPES[format]
  if (mediaType === undefined) throw new Error(`${format} is not laid over a base`)
  const layer = (type: string, digest: string, size: number, title: string) => ({
    mediaType: type,
    digest: `sha256:${digest}`,
    size,
    annotations: { [TITLE]: title },
  })
  return document({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: ARTIFACT_TYPE,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...described(EMPTY_CONFIG), data: 'e30=' },
    layers: [
      layer(BASE_TYPE, base.sha256, base.bytes, base.name),
      layer(mediaType, sha256, bytes, outputName(id, format).replace(/^.*\//, '')),
    ],
  })
}

/** The list of all devices, each a tag of its id. */
export function indexOf(devices: readonly { readonly id: string; readonly manifest: Uint8Array }[]): Uint8Array {
  const manifests = devices.map(({ id, manifest }) => ({
    mediaType: MANIFEST_TYPE,
    artifactType: ARTIFACT_TYPE,
    ...described(manifest),
    annotations: { [REF_NAME]: id },
  }))
  return document({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests })
}

function described(content: Uint8Array): { readonly digest: string; readonly size: number } {
  return { digest: digestOf(content), size: content.length }
}

function document(value: object): Uint8Array {
  return utf8(JSON.stringify(value))
}

import type { Tree } from '../../storage/tree/tree.ts'
import type { Spec } from '../spec-file/spec.ts'

/**
 * The name by which the device will announce itself in its network, without a domain: the spec's, else the image's.
 * What an image has there may be anything; what is not a name counts as `raspberrypi`.
 */
export function hostnameOf(spec: Spec, root: Tree): string {
  return hostnameIn(root, spec.device.hostname)
}

/** The name of a device whose image is as it is, or has been given `wanted`. */
export function hostnameIn(root: Tree, wanted?: string): string {
  const inImage = new TextDecoder().decode(root.read('/etc/hostname') ?? new Uint8Array()).trim()
  const short = (wanted ?? inImage).split('.', 1)[0] as string
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(short) ? short : 'raspberrypi'
}

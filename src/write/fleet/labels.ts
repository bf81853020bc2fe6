import { render } from '../../core/render/render.ts'
import { qrOf } from '../emit/qr-code.ts'
import { ed25519First } from './host-key-records.ts'
import type { Made } from './record.ts'

/** A page of labels to print and to stick on: name, address, fingerprint, and a QR code of `ssh://USER@ADDRESS`. */
export function labelsPage(devices: readonly Made[]): Uint8Array {
  return render('fleet/labels.html.ejs', { count: devices.length, labels: devices.map(labelOf) }).content
}

function labelOf(made: Made) {
  const { id, hostname, address, addresses, port } = made
  const [key] = ed25519First(made)
  const link = linkOf(made)
  return {
    id,
    hostname,
    link,
    addresses: [port === null || port === 22 ? address : `${address}, port ${port}`, ...addresses],
    keys: key === undefined ? [] : [key.fingerprint],
    qr: qrOf(link),
  }
}

/** `ssh://alice@kit-01.local` (draft-ietf-secsh-scp-sftp-ssh-uri-04); without SSH, the address alone. */
function linkOf({ address, port, users }: Made): string {
  if (port === null) return address
  const user = users[0] === undefined ? '' : `${users[0]}@`
  return `ssh://${user}${address}${port === 22 ? '' : `:${port}`}`
}

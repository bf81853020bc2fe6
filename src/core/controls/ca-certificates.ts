import { hex, utf8 } from '../../base/host/bytes.ts'
import type { Certificate } from '../../base/host/certificates.ts'
import { sha256 } from '../../base/host/hash.ts'
import { file } from '../plan/operation.ts'
import type { Spec } from '../spec-file/spec.ts'
import type { Context, Contribution, Control } from './control.ts'
import { staleOnly } from './root-file.ts'

/** Authorities that the device trusts beside those of Debian (update-ca-certificates(8)). */
export const caCertificates: Control = { name: 'authorities', compile }

const FOLDER = '/usr/local/share/ca-certificates'

function compile({ spec, inventory, because }: Context): Contribution {
  const files = spec.device.caCertificates.flatMap((certificates, i) => {
    const origin = because(['device', 'caCertificates', i], 'an authority that the owner trusts')
    return certificates.map((one) => file(`${FOLDER}/${nameOf(one)}`, utf8(one.pem), { origin }))
  })
  const unique = files.filter(({ path }, i) => files.findIndex((other) => other.path === path) === i)
  const stale = inventory.root
    .list(FOLDER)
    .filter((name) => /^pibake-.+\.crt$/.test(name))
    .map((name) => `${FOLDER}/${name}`)
    .filter((path) => !unique.some((own) => own.path === path))
  const origin = because(['device', 'caCertificates'], 'the authorities that the owner trusts')
  return {
    operations: [...unique, ...staleOnly(inventory.root, stale, origin)],
    packages: unique.length === 0 ? [] : [{ name: 'ca-certificates', action: 'install', origin }],
  }
}

/** The names of the files in that folder: one certificate each, or OpenSSL finds none of them (openssl-rehash(1)). */
export function authorityNames({ device }: Pick<Spec, 'device'>): readonly string[] {
  return [...new Set(device.caCertificates.flat().map(nameOf))]
}

/** `pibake-example-office-ca-1a2b3c4d.crt` */
function nameOf({ name, pem }: Certificate): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
  return ['pibake', ...(words === '' ? [] : [words]), hex(sha256(utf8(pem))).slice(0, 8)].join('-').concat('.crt')
}

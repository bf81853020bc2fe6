import type { References } from './referenced.ts'
import type { SpecPath } from './report.ts'
import type { RawSpec } from './schema.ts'
import { Secret } from './secret.ts'
import type { ExtraFile, Script, Wifi } from './spec.ts'

type RawFile = NonNullable<RawSpec['files']>[number]
type RawWifi = NonNullable<NonNullable<RawSpec['network']>['wifi']>

export function resolveFiles(files: readonly RawFile[], references: References): ExtraFile[] {
  return files.map(({ path, content, source, mode, owner, group }, i) => {
    const place: SpecPath = ['files', i]
    if ((content === undefined) === (source === undefined)) {
      references.error('SPC009', place, `files[${i}] has either content or source`, 'write one of them')
    }
    const bytes =
      source === undefined ? new TextEncoder().encode(content ?? '') : references.bytes(source, [...place, 'source'])
    return {
      path,
      content: bytes ?? new Uint8Array(),
      mode: Number.parseInt(mode ?? '0644', 8),
      owner: owner ?? 'root',
      group: group ?? 'root',
    }
  })
}

export function resolveScripts(scripts: readonly string[], references: References): Script[] {
  return scripts.map((file, i) => {
    const path: SpecPath = ['firstBoot', 'scripts', i]
    const name = file.split('/').at(-1) as string
    const content = references.bytes(file, path) ?? new Uint8Array()
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) {
      references.error('FBT010', path, 'the name of a script may hold only letters, digits, . _ -')
    }
    return { name, content }
  })
}

/** WPA passphrases are 8 to 63 printable ASCII characters, keys 64 hex digits (IEEE 802.11i, H.4.1). */
const PSK = /^(?:[ -~]{8,63}|[0-9A-Fa-f]{64})$/

export function resolveWifi(wifi: RawWifi | undefined, references: References): Wifi | undefined {
  if (wifi === undefined) return undefined
  const networks = (wifi.networks ?? []).map(({ ssid, pskFile, hidden = false }, i) => {
    const path: SpecPath = ['network', 'wifi', 'networks', i, 'pskFile']
    const psk = pskFile === undefined ? undefined : references.secret(pskFile, path)
    if (psk !== undefined && !PSK.test(psk)) {
      references.error(
        'NET007',
        path,
        `the content of ${pskFile} is not a WPA passphrase`,
        '8 to 63 characters of ASCII, or 64 hex digits',
      )
    }
    return { ssid, psk: psk === undefined ? undefined : new Secret(psk), hidden }
  })
  return { country: wifi.country, networks }
}

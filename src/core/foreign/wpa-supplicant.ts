import { Secret } from '../../base/secret.ts'
import { wpaPasswordKind } from '../../device/formats/wpa-key.ts'
import { COUNTRY, Findings, type ForeignFile, ImportError, wifiOf } from './fact.ts'
import { leaveEnterprise, WHY_NOT } from './why-not.ts'

/**
 * wpa_supplicant.conf(5), as people put it on the boot partition until Bookworm: country and networks.
 *
 * @param offset lines before it, where it stands in another file
 */
export function readWpaSupplicant({ name: file, text }: ForeignFile, offset = 0): Findings {
  const found = new Findings(file)
  let block: Map<string, { value: string; line: number }> | undefined
  let start = 0
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    const at = index + 1 + offset
    if (line === '' || line.startsWith('#')) continue
    if (/^network\s*=\s*\{$/.test(line)) {
      block = new Map()
      start = at
    } else if (line === '}' && block !== undefined) {
      takeNetwork(found, block, start)
      block = undefined
    } else {
      const [, key = '', value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? []
      if (key === '') throw new ImportError(`${file}:${at}: not a line of wpa_supplicant.conf`)
      if (block !== undefined) block.set(key, { value: value.replace(/^([^"#]*?)\s+#.*$/, '$1'), line: at })
      else if (key === 'country') found.set(COUNTRY, value.replace(/"/g, '').toUpperCase(), at)
      else if (
        !/^(ctrl_interface|ctrl_interface_group|update_config|ap_scan|fast_reauth|p2p_disabled|eapol_version)$/.test(
          key,
        )
      )
        found.leave(key, 'a setting of wpa_supplicant itself', at)
    }
  }
  if (block !== undefined) throw new ImportError(`${file}:${start}: a network that is not closed by }`)
  return found
}

type Block = ReadonlyMap<string, { readonly value: string; readonly line: number }>

const TAKEN =
  /^(ssid|psk|key_mgmt|scan_ssid|priority|proto|pairwise|group|ieee80211w|id_str|auth_alg|sae_password|disabled)$/

function takeNetwork(found: Findings, block: Block, start: number): void {
  const value = (key: string) => block.get(key)?.value
  const ssid = unquoted(value('ssid'))
  if (ssid === undefined) {
    found.leave('a network', 'it has no ssid', start)
    return
  }
  if (value('disabled') === '1') {
    found.leave(`the network ${ssid}`, 'it is switched off (disabled=1)', start)
    return
  }
  const management = value('key_mgmt') ?? 'WPA-PSK'
  if (/EAP|IEEE8021X/.test(management)) {
    leaveEnterprise(found, ssid, start)
    return
  }
  if (value('wep_key0') !== undefined) {
    found.leave(`the network ${ssid}`, 'WEP protects nothing', start)
    return
  }
  const path = wifiOf(ssid)
  found.set([...path, 'ssid'], ssid, block.get('ssid')?.line ?? start)
  const psk = unquotedKey(value('sae_password') ?? value('psk'))
  if (psk !== undefined)
    found.set([...path, 'pskFile'], new Secret(psk), (block.get('sae_password') ?? block.get('psk'))?.line ?? start)
  const security = securityOf(management, psk)
  if (security !== undefined) found.set([...path, 'security'], security, block.get('key_mgmt')?.line ?? start)
  if (value('scan_ssid') === '1') found.set([...path, 'hidden'], true, block.get('scan_ssid')?.line ?? start)
  const priority = Number(value('priority') ?? 0)
  if (priority !== 0) found.set([...path, 'priority'], priority, block.get('priority')?.line ?? start)
  for (const [key, { line }] of block)
    if (!TAKEN.test(key)) found.leave(`${key} of the network ${ssid}`, WHY_NOT.noKey, line)
}

/** @returns undefined: what the spec has by itself, for such a network; SAE needs the passphrase and takes no key */
function securityOf(management: string, psk: string | undefined): string | undefined {
  if (psk === undefined || !/\bSAE\b/.test(management)) return undefined
  const isEither = /WPA-PSK/.test(management)
  return isEither && wpaPasswordKind(psk) === 'key' ? undefined : isEither ? 'wpa2-wpa3' : 'wpa3'
}

/** `"kit"`, or `6b6974` for bytes that are not plain. */
function unquoted(text: string | undefined): string | undefined {
  const [, inner] = /^"(.*)"$/.exec(text ?? '') ?? []
  if (inner !== undefined || text === undefined) return inner
  const bytes = /^([0-9a-fA-F]{2})+$/.test(text)
    ? (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
    : undefined
  return bytes === undefined ? undefined : new TextDecoder().decode(Uint8Array.from(bytes))
}

function unquotedKey(text: string | undefined): string | undefined {
  return /^"(.*)"$/.exec(text ?? '')?.[1] ?? text
}

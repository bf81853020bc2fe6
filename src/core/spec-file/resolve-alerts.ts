import { Secret } from '../../base/secret.ts'
import type { References } from './referenced-files.ts'
import type { FilledSpec } from './schema.ts'

/** Whom to tell, with the address for requests read: whoever has it can write there, so it is a secret. */
export function resolveAlerts({ to, webhook, webhookFile }: FilledSpec['alerts'], references: References) {
  const found = references.secretOf('webhook', { source: webhook, file: webhookFile }, ['alerts'])
  if (found !== undefined && !isHttps(found.text)) {
    references.error('ALR002', found.path, `${found.called} is not an https:// address`)
  }
  return { to, webhook: found && new Secret(found.text) }
}

/** Of RFC 3986's characters alone: curl's configuration file, in which it lies on the device, quotes others. */
function isHttps(text: string): boolean {
  return /^https:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+$/.test(text) && URL.canParse(text)
}

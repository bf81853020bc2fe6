import { visible } from '../encode/visible.ts'
import type { Origin } from '../plan/operation.ts'

/** `pibake.yaml:12:7 ssh.port: the reason`; what no single key asks for has no key to name. */
export function originText({ position, key, because }: Origin): string {
  const what = key === '' ? because : `${key}: ${because}`
  return visible(`${position.file}:${position.line}:${position.column} ${what}`)
}

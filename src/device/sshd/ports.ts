import { debianServices } from '../ufw/services.ts'

/** A port as sshd reads it: a number, or a name of /etc/services under tcp (misc.c, a2port); undefined: it is neither. */
export function portOf(text: string): number | undefined {
  if (/^[+]?\d{1,9}$/.test(text)) return Number(text) <= 65_535 ? Number(text) : undefined
  const service = debianServices.get(text)
  return service?.protocol === 'tcp' || service?.protocol === 'any' ? service.port : undefined
}

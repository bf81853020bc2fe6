/** The name of a kernel setting: `net/ipv4/ip_forward` is `net.ipv4.ip_forward`, unless a dot came first (sysctl.d(5)). */
export function sysctlKey(written: string): string {
  const first = /[./]/.exec(written)?.[0]
  if (first !== '/') return written
  return written.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/'))
}

/** `8:17`: major and minor number, as Linux writes them; from a `dev` or `rdev` of stat(2), as makedev(3) packs them. */
export function deviceNumber(dev: number): string {
  const { major, minor } = unpacked(dev)
  return `${major}:${minor}`
}

/** The same with at least two hex digits each, as in /proc/locks. */
export function hexDeviceNumber(dev: number): string {
  const { major, minor } = unpacked(dev)
  const hex = (number: bigint) => number.toString(16).padStart(2, '0')
  return `${hex(major)}:${hex(minor)}`
}

function unpacked(dev: number): { major: bigint; minor: bigint } {
  const wide = BigInt(dev)
  return {
    major: ((wide >> 8n) & 0xfffn) | ((wide >> 32n) & ~0xfffn),
    minor: ((wide & 0xffn) | ((wide >> 12n) & ~0xffn)) & 0xffffffffn,
  }
}

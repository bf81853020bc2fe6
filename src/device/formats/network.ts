/** Whether the bits of `address` beyond the first `length` are zero: sshd takes a network only in this form. */
export function hostBitsClear(address: string, length: number): boolean {
  const { value, width } = addressBits(address)
  return (value & ((1n << BigInt(width - length)) - 1n)) === 0n
}

/** A literal IP address (checked by `isIP` before) as a number, and how many bits it has. */
function addressBits(address: string): { value: bigint; width: 32 | 128 } {
  if (!address.includes(':')) return { value: fold(address.split('.').map(Number), 8n), width: 32 }
  const [front = '', back] = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, embedded).split('::')
  const head = groups(front)
  const tail = groups(back ?? '')
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => 0)
  return { value: fold([...head, ...gap, ...tail], 16n), width: 128 }
}

function embedded(_: string, ...quad: string[]): string {
  const [a, b, c, d] = quad.map(Number) as [number, number, number, number]
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

function fold(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n)
}

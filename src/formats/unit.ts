/** The values of `key` in `section` of a systemd unit file, split at spaces, as systemd adds them up (an empty value clears). */
export function unitValues(text: string, section: string, key: string): string[] {
  let current = ''
  let values: string[] = []
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const heading = /^\[(.+)\]\s*$/.exec(line)
    if (heading !== null) current = heading[1] as string
    const match = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (current !== section || match === null || match[1] !== key) continue
    const words = (match[2] as string).split(/\s+/).filter((word) => word !== '')
    values = words.length === 0 ? [] : [...values, ...words]
  }
  return values
}

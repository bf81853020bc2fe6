/** What waits: for time, for somebody who types, for the network, or for ever. */
const WAITS = new RegExp(
  [
    /\b(sleep|read|wait|watch|h?top|select|dialog|whiptail|less|more|nano|vim?|curl|wget|nc|ssh|rsync|apt(-get)?)\b/,
    /\b(while\s+(true|:|sleep)|until\s)/,
    /\b(tail|journalctl)\b.*\s-\w*f/,
    /\bping\b(?!.*\s-c)/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** Whether a line of a script may keep a login waiting, as far as its words tell. */
export function isWaiting(line: string): boolean {
  return !/^\s*#/.test(line) && WAITS.test(line)
}

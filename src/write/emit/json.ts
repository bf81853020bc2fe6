/** A document as a file's text: keys in the order given, two spaces, LF at the end. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

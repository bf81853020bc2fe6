/** A text with `***` for what stands before the host in addresses: a name and a password, as in `http://user:password@host/`. */
export function withoutLogin(text: string): string {
  return text.replace(/(\/\/)[^\s/]*@/g, '$1***@')
}

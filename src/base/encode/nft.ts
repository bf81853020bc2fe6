import { only } from './encode.ts'

/** One word of an nftables file: an address, a port, an interface between quotes. No space, quote, brace, `;` or `#`. */
export const nft = only(/[A-Za-z0-9_.:/@+*,=%-]+/, 'not a plain word for nftables')

import { only } from '../../base/encode/encode.ts'

/** A line or a word of ufw's rule and settings files: printable ASCII; words of the owner come hex-encoded or checked. */
export const ufw = only(/[\x20-\x7e]+/, 'ufw files hold printable ASCII only')

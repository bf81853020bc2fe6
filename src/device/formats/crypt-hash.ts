/** Why a text is not a crypt(3) hash for /etc/shadow; never repeats the text. */
export interface HashComplaint {
  readonly weak: boolean
  readonly message: string
}

const B64 = '[./0-9A-Za-z]'
const INDEX = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Methods that the libcrypt of Debian 12 and 13 verifies (crypt(5)): shape, and whether the cost is enough. */
const methods: readonly { readonly shape: RegExp; readonly strong: (parameters: string) => boolean }[] = [
  // yescrypt, gost-yescrypt: `j`, then log2 of the block count as one digit counted from 1; 2^10 blocks is the least.
  {
    shape: new RegExp(`^\\$g?y\\$(${B64}+)\\$${B64}{1,86}\\$${B64}{43}$`),
    strong: (p) => p[0] === 'j' && INDEX.indexOf(p[1] ?? '.') >= 9,
  },
  // scrypt: log2(N) as the first digit.
  {
    shape: new RegExp(`^\\$7\\$(${B64}{11})${B64}{0,86}\\$${B64}{43}$`),
    strong: (p) => INDEX.indexOf(p[0] ?? '.') >= 14,
  },
  {
    shape: new RegExp(`^\\$6\\$(?:rounds=([1-9][0-9]{3,8})\\$)?${B64}{1,16}\\$${B64}{86}$`),
    strong: (p) => Number(p) >= 5000,
  },
  {
    shape: new RegExp(`^\\$5\\$(?:rounds=([1-9][0-9]{3,8})\\$)?${B64}{1,16}\\$${B64}{43}$`),
    strong: (p) => Number(p) >= 5000,
  },
  { shape: new RegExp(`^\\$2[aby]\\$([0-3][0-9])\\$${B64}{53}$`), strong: (p) => Number(p) >= 10 && Number(p) <= 31 },
]

/** Judges a hash for the password field of /etc/shadow; undefined: it is sound. */
export function judgeCryptHash(hash: string): HashComplaint | undefined {
  for (const { shape, strong } of methods) {
    const match = shape.exec(hash)
    if (match === null) continue
    // Without `rounds=`, SHA-crypt runs 5000 rounds.
    if (strong(match[1] ?? '5000')) return undefined
    return { weak: true, message: 'is a hash with too few rounds to withstand guessing' }
  }
  if (hash.startsWith('$1$') || hash.startsWith('$md5'))
    return { weak: true, message: 'is an MD5 hash, which is guessed in no time' }
  if (/^[!*]/.test(hash))
    return { weak: false, message: 'is a locked password; leave the key out for an account without a password' }
  if (hash.startsWith('$'))
    return { weak: false, message: 'is a damaged hash, or one that the libcrypt of the device does not know' }
  return { weak: false, message: 'is not a crypt(3) hash; a plain password has no place in a spec' }
}

/**
 * What pam_unix of Debian 12 and 13 compares a password with, however weak: libxcrypt's methods (crypt(5)) without BSDi's,
 * which pam_unix takes for a bigcrypt, and traditional DES with bigcrypt's further blocks.
 */
const VERIFIABLE: readonly RegExp[] = [
  ...methods.map(({ shape }) => shape),
  /^\$6\$(?:rounds=[1-9]\d{3,8}\$)?[^$:!*;\\]{0,16}\$[./0-9A-Za-z]{86}$/,
  /^\$5\$(?:rounds=[1-9]\d{3,8}\$)?[^$:!*;\\]{0,16}\$[./0-9A-Za-z]{43}$/,
  /^\$y\$[./0-9A-Za-z]+\$[./0-9A-Za-z]{0,86}\$[./0-9A-Za-z]{43}$/,
  /^\$2[abxy]\$[0-3]\d\$[./0-9A-Za-z]{53}$/,
  /^\$1\$[^$:!*;\\]{0,8}\$[./0-9A-Za-z]{22}$/,
  /^\$sha1\$\d+\$[./0-9A-Za-z]{1,64}\$[./0-9A-Za-z]{28}$/,
  /^\$md5[,$].*\$[./0-9A-Za-z]{22}$/,
  /^\$3\$\$[0-9a-f]{32}$/,
  /^[./0-9A-Za-z]{13}(?:[./0-9A-Za-z]{11})*$/,
]

/** Can some password match this text in the password field? */
export function isVerifiable(field: string): boolean {
  return VERIFIABLE.some((shape) => shape.test(field))
}

/**
 * Names of encodings that Python knows, without the signs that part them (codecs.lookup(); encodings/aliases.py, the
 * encodings that a log may have).
 */
const KNOWN =
  /^(?:auto|ascii|usascii|646|utf(?:7|8(?:sig)?|16(?:le|be)?|32(?:le|be)?)?|u[78]|latin(?:10|[1-9])?|l(?:10|[1-9])|iso8859(?:1[013-6]|[1-9])?|iso2022(?:kr|jp(?:\d|ext)?)|cp\d+|windows125\d|125\d|\d{3}|mac(?:cyrillic|greek|iceland|latin2|roman|turkish|croatian|farsi|romanian|arabic)|koi8[rtu]|kz1048|ptcp154|big5(?:hkscs)?|gb2312|gbk|gb18030|hz|euc(?:jp|kr|jis2004|jisx0213)|shiftjis(?:2004|x0213)?|sjis|johab|tis620|unicodeescape|rawunicodeescape|idna|punycode|mbcs|utf)$/

export function isEncoding(name: string): boolean {
  return KNOWN.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''))
}

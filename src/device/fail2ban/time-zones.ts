import { repr } from './python.ts'

/** The abbreviations of more than one letter that fail2ban knows (strptime.py, TZ_STR). */
const ABBREVIATIONS = new Set(
  `ET NT PT WT ACT ADT AFT AMT ART AST AZT BDT BNT BOT BRT BTT CAT CCT CDT CET CKT CLT COT CST CVT CXT DFT EAT
  ECT EDT EET EGT EST FJT FKT FNT GET GFT GIT GMT GST GYT HAA HAC HAE HAP HAR HAT HAY HKT HLV HMT HNA HNC HNE
  HNP HNR HNT HNY HST ICT IDT IOT JST KGT KST MDT MHT MIT MMT MSD MSK MST MUT MVT MYT NCT NDT NFT NPT NST NUT
  PDT PET PGT PHT PKT PST PWT PYT RET SBT SCT SGT SLT SRT SST TFT THA TJT TKT TLT TMT TVT UTC UYT UZT VET VUT
  WAT WDT WET WFT WGT WIB WIT WST ACDT ACST AEDT AEST AKDT AKST ALMT AMST ANAT AQTT AWDT AWST AZOT AZST BIOT
  BRST CAST CEDT CEST CIST CLST COST ChST DAVT EAST EEDT EEST EGST FJST FKST GALT GAMT GILT HADT HAST HOVT IRDT
  IRKT IRST KRAT KUYT LHDT LHST MAGT MART MAWT NOVT NZDT NZST OMST PETT PMDT PMST PONT PYST SAMT SAST TAHT ULAT
  UYST VLAT WAST WEDT WEST WGST WITA YAKT YAPT YEKT ANAST EASST IRKST KRAST MAGST NOVST OMSST PETST VLAST YAKST
  YEKST`.split(/\s+/),
)

/** Why fail2ban takes something for no time zone: an abbreviation, a distance from UTC, or both (FIXED_OFFSET_TZ_RE). */
export function notTimeZone(value: string): string | undefined {
  const [whole, name = ''] = /^([A-Z](?:[A-Z]{2,4})?)?(?:[+-][01]\d(?::?\d{2})?)?$/.exec(value) ?? []
  if (whole === undefined) return `Unknown or unsupported time zone: ${repr(value)}`
  const isKnown = name.length < 2 ? name !== 'J' : ABBREVIATIONS.has(name)
  return isKnown ? undefined : repr(name)
}

import { fileLineText } from '../../access/finding.ts'
import { rules } from '../rules.ts'
import { BY, HARM, LIKELY } from '../scale.ts'
import type { Numbered } from './numbering.ts'

/** What the page says of a finding, in words. */
export function cardOf({ number, finding, status }: Numbered) {
  const { rule, title, level, likelihood, impact, at, because, reasons, cure } = finding
  const { by } = rules[rule]
  return {
    number,
    rule,
    title,
    level,
    status: status ?? '',
    by,
    byText: BY[by],
    likely: `${LIKELY[likelihood]} (${likelihood})`,
    harm: `${HARM[impact]} (${impact})`,
    place: at === undefined ? '' : fileLineText(at),
    because,
    reasons: reasons.join(', and '),
    spec: 'spec' in cure ? cure.spec.split('\n') : [],
    cannot: 'cannot' in cure ? cure.cannot : '',
  }
}

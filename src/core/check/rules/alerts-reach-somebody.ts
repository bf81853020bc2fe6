import type { Rule } from './rule.ts'

/** What is to be reported needs somebody who is notified. */
export const alertsReachSomebody: Rule = {
  reads: ['alerts', 'fail2ban', 'updates'],
  check({ spec: { alerts, fail2ban, updates } }, report) {
    if (alerts.to.length > 0 || alerts.webhook !== undefined) return
    const hint = 'alerts: { webhookFile: FILE }, or { to: [ADDRESS] } where the device can send mail'
    for (const [section, isWanted] of [
      ['fail2ban', fail2ban.mail],
      ['updates', updates.mail],
    ] as const) {
      if (isWanted) report.error('ALR001', [section, 'mail'], `${section}.mail has nobody to notify`, hint)
    }
  },
}

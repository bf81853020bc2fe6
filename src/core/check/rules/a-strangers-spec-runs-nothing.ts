import type { Rule } from './rule.ts'

/** Where a file of a stranger may go: nothing on the device runs, loads or obeys what lies there. */
const DATA = /^\/(srv|opt|var\/www)\/|^\/etc\/(motd|issue|issue\.net)$/

const READ = 'read it, and leave --confine out if it may do that'

/** With `--confine` a spec has nothing run as root, and settles no question about the image in its owner's place. */
export const aStrangersSpecRunsNothing: Rule = {
  reads: ['files', 'firstBoot', 'packages', 'access', 'services', 'device'],
  check({ spec, isConfined }, report) {
    if (!isConfined) return
    const { scripts } = spec.firstBoot
    if (scripts.length > 0) report.error('SPC014', ['firstBoot', 'scripts'], 'the spec has scripts run as root', READ)
    if (spec.services.timers.length > 0) {
      report.error('SPC014', ['services', 'timers'], 'the spec has jobs that the device runs', READ)
    }
    if (spec.device.caCertificates.length > 0) {
      const message = 'the spec has the device believe servers that an authority of the spec signs'
      report.error('SPC014', ['device', 'caCertificates'], message, 'leave --confine out if it may do that')
    }
    if (spec.device.proxy !== undefined) {
      report.error(
        'SPC014',
        ['device', 'proxy'],
        'what the device fetches would come through a proxy of the spec',
        READ,
      )
    }
    if (spec.packages.debs.length > 0) {
      report.error('SPC014', ['packages', 'debs'], 'packages that the spec brings run programs as root', READ)
    }
    if (spec.packages.sources.length > 0) {
      report.error(
        'SPC014',
        ['packages', 'sources'],
        'packages of sources that the spec names run programs as root',
        READ,
      )
    }
    for (const [i, { path, mode }] of spec.files.entries()) {
      if (DATA.test(path) && (mode & 0o111) === 0) continue
      const message = `files[${i}] may have the device run what it holds: only data below /srv, /opt and /var/www is taken`
      report.error('SPC014', ['files', i], message, READ)
    }
    if (spec.access.accept.length > 0) {
      const hint = `look at it yourself, then: ${spec.access.accept.map((code) => `--accept-unproved ${code}`).join(' ')}`
      report.error('SPC014', ['access', 'accept'], 'the spec accepts what cannot be judged', hint)
    }
  },
}

import type { Rule } from './rule.ts'

/** Every source has a name of its own, and says where its packages are; something comes from it. */
export const packageSourcesAreWhole: Rule = {
  reads: ['packages'],
  check({ spec: { packages } }, report) {
    for (const [i, { name, uris, suites, components }] of packages.sources.entries()) {
      const at = (key: string) => ['packages', 'sources', i, key]
      if (packages.sources.findIndex((other) => other.name === name) < i) {
        report.error('PKG010', at('name'), `the source '${name}' is listed twice`, 'give each a name of its own')
      }
      if (uris.length === 0) report.error('PKG010', at('uris'), `the source '${name}' has no address`)
      if (suites.length === 0) report.error('PKG010', at('suites'), `the source '${name}' has no suite`)
      const paths = suites.filter((suite) => suite.endsWith('/'))
      if (paths.length > 0 && (paths.length < suites.length || components.length > 0)) {
        const hint = 'a suite that ends with / is a path, and stands without components and other suites'
        report.error('PKG010', at('suites'), `the source '${name}' has both a path and a suite or component`, hint)
      }
      if (suites.length > 0 && paths.length === 0 && components.length === 0) {
        report.error('PKG010', at('components'), `the source '${name}' has no component`, 'most archives have main')
      }
    }
    if (packages.sources.length > 0 && packages.install.length === 0) {
      const hint = 'name in packages.install what is to come from there'
      report.warning(
        'SPC012',
        ['packages', 'sources'],
        'packages.sources have no effect: packages.install is empty',
        hint,
      )
    }
  },
}

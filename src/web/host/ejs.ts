import templates, { type Compiled } from 'pibake:templates'

/**
 * Stands for the package ejs, of which `src/core/render` uses this call: EJS compiles by `new Function`, which the page's
 * policy forbids, so the build has compiled the templates.
 */
export default {
  compile(_source: string, options: { filename: string; escape: (value: unknown) => string }) {
    const run: Compiled | undefined = templates[options.filename]
    if (run === undefined) throw new Error(`the template ${options.filename} is not in the page`)
    return (data: object) => run(data, options.escape)
  },
}

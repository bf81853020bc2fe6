import { type Command, Option } from 'commander'
import { writeAtomically } from '../base/disk/write-atomically.ts'
import { assetText } from '../base/host/assets.ts'
import { common, type Run } from './command.ts'
import { EXIT } from './exit.ts'
import { examples } from './help.ts'
import { printJson, say } from './io.ts'
import { assertPlace } from './output-place.ts'

/** Where the build puts it. */
const PAGE = 'dist/web/pibake.html'

/** `pibake page`: the page that hardens an image in a browser, which the build has made of the same code. */
export function addPage(program: Command, run: Run): void {
  const command = program
    .command('page')
    .usage('[-o FILE] [options]')
    .summary('write pibake as one HTML file, for a browser')
    .description(
      'Writes one HTML file that does the job in a browser, on any system: an image in, a hardened image out. It needs no server and sends nothing.',
    )
    .addOption(new Option('-o, --output <file>', 'where to').default('pibake.html'))
    .addHelpText(
      'after',
      examples(
        ['pibake page', 'pibake.html, to be opened by a double click'],
        ['pibake page -o /var/www/html/pibake.html', 'for a web server'],
      ),
    )
  common(command).action(
    run((io, { output }: { output: string }) => {
      assertPlace(output, '--output')
      const page = assetText(PAGE)
      writeAtomically(output, page, { mode: 0o644 })
      if (io.json) printJson(io, { schema: 'pibake.page/1', output, bytes: Buffer.byteLength(page) })
      else say(io, `${output} is written: open it in a browser`)
      return EXIT.ok
    }),
  )
}

import type { Command } from 'commander'
import { assetText } from '../base/host/assets.ts'
import type { Run } from './command.ts'
import { EXIT } from './exit.ts'
import { examples } from './help.ts'

/** `pibake schema`: the JSON Schema of the spec, for editors. */
export function addSchema(program: Command, run: Run): void {
  program
    .command('schema')
    .usage('[options]')
    .summary('print the JSON Schema of the spec')
    .description('Prints the JSON Schema of the spec, for editors and validators.')
    .addHelpText('after', examples(['pibake schema >pibake.schema.json', 'for an editor']))
    .action(
      run((io) => {
        io.stdout.write(assetText('schema/pibake.schema.json'))
        return EXIT.ok
      }),
    )
}

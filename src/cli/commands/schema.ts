import type { Command } from 'commander'
import { assetText } from '../../assets.ts'
import { common, type Run } from '../command.ts'
import { EXIT } from '../exit.ts'

/** `pibake schema`: the JSON Schema of the spec, for editors. */
export function addSchema(program: Command, run: Run): void {
  common(program.command('schema'))
    .summary('print the JSON Schema of the spec')
    .description('Prints the JSON Schema of the spec, for editors and validators.')
    .action(
      run((io) => {
        io.stdout.write(assetText('schema/pibake.schema.json'))
        return EXIT.ok
      }),
    )
}

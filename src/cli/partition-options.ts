import { type Command, InvalidArgumentError, Option } from 'commander'

/** Adds the flags that say which partitions of an image are meant; see PartitionChoice. */
export function partitionOptions(command: Command): Command {
  const flag = (name: string, what: string) =>
    new Option(`--${name} <n>`, `of an image with several systems: the number of the ${what} partition`)
      .argParser(partitionNumber)
      .conflicts(['root', 'boot'])
  return command.addOption(flag('root-partition', 'root')).addOption(flag('boot-partition', 'boot'))
}

function partitionNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('give the number of a partition, e.g. 2')
  return Number(text)
}

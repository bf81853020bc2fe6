// Hardens an image in place, and says who gets in: node harden.mjs pibake.yaml kit.img
import { applyTo, PibakeError, plan, verify } from 'pibake'

const [spec, image] = process.argv.slice(2)
try {
  const { changes, access } = await plan(spec, { image })
  console.log(`${changes.length} paths would change`)
  for (const { user, by, root } of access.ways) console.log(`${user} gets in by ${by}; sudo: ${root}`)
  await applyTo(spec, { image })
  const { drift } = await verify(spec, { image })
  console.log(drift.length === 0 ? 'The image is as the spec says' : `${drift.length} paths are not as the spec says`)
} catch (error) {
  if (!(error instanceof PibakeError)) throw error
  for (const { file, line, message } of error.problems) console.error(`${file}:${line} ${message}`)
  console.error(error.message)
  process.exitCode = error.exit
}

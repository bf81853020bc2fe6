import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import type { ProgramName } from './programs.ts'

/** A program that the user has named. */
interface UsersProgram {
  readonly named: string
}

/**
 * The folders of PATH with an absolute name. Any other is below the folder that the user happens to stand in, and who may
 * write there would choose what runs.
 */
function programFolders(path = process.env.PATH): readonly string[] {
  const folders = (path ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  // An empty PATH is the folder that one stands in, for some.
  return folders.length === 0 ? ['/usr/bin', '/bin'] : folders
}

/** Found before; the same PATH gives the same. */
const known = new Map<string, string>()

/** Where a program is, looked up once; undefined: in no folder of PATH that counts. */
export function findProgram(program: ProgramName | UsersProgram): string | undefined {
  const name = nameOf(program)
  const key = `${name}\0${process.env.PATH}`
  const file = process.platform === 'win32' ? `${name}.exe` : name
  const found =
    known.get(key) ??
    programFolders()
      .map((folder) => join(folder, file))
      .find(isExecutable)
  if (found !== undefined) known.set(key, found)
  return found
}

/** What to call for a program, with {@link programEnvironment}; one that is nowhere then fails by its name (ENOENT). */
export function programPath(program: ProgramName | UsersProgram): string {
  return findProgram(program) ?? nameOf(program)
}

function nameOf(program: ProgramName | UsersProgram): string {
  return typeof program === 'string' ? program : program.named
}

/** The environment for a program that may call others itself. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: programFolders().join(delimiter) }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

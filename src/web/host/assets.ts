import files from 'pibake:assets'

/** The text of a file that ships with pibake; the build has put them into the page. */
export function assetText(path: string): string {
  const text = files[path]
  if (text === undefined) throw new Error(`${path} is not in the page`)
  return text
}

/** The names of the files in a folder that ships with pibake, sorted. */
export function assetNames(folder: string): readonly string[] {
  const start = `${folder}/`
  return Object.keys(files)
    .filter((path) => path.startsWith(start) && !path.slice(start.length).includes('/'))
    .map((path) => path.slice(start.length))
    .sort()
}

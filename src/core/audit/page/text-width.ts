/** Text that is at most so many characters wide, what is left out marked as such. */
export function shortened(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}

/** Words in lines of a width; what the last line cannot take is cut. */
export function wrapped(text: string, most: number, lines: number): string[] {
  const found: string[] = ['']
  for (const word of text.split(' ')) {
    const last = found.at(-1) as string
    const longer = last === '' ? word : `${last} ${word}`
    if (longer.length <= most || found.length === lines || last === '') found[found.length - 1] = longer
    else found.push(word)
  }
  return found.map((line) => shortened(line, most))
}

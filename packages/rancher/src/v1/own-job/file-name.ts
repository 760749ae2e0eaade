/** The file for a database of any name: the name itself where that can be one of a file. */
export function fileNameOf(database: string, ending: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return `${database.replaceAll(/[%/\u0000-\u001F\u007F]|^\./g, (one) => (one === '.' ? '%2E' : encodeURIComponent(one)))}${ending}`
}

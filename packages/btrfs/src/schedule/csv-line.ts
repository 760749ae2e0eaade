/** One field: in quotes, with `""` for a quote, or without any. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y

/** The fields of a line of Python's csv module, without its end; undefined when its quotes do not fit. */
export function parseCsvLine(line: string): readonly string[] | undefined {
  const fields: string[] = []
  const field = new RegExp(FIELD)
  for (;;) {
    const match = field.exec(line)
    if (match === null) return undefined
    const [, quoted, plain = '', end] = match
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '') return fields
  }
}

/** Writes one as Python's csv module does: quotes only where they are needed. */
export function formatCsvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')
}

/** A column: its heading, and whether it holds numbers, which stand to the right. */
export interface Column {
  readonly heading: string
  readonly align?: 'right'
}

/** Rows under headings, columns two blanks apart, no blank at the end of a line. Ends with a newline; empty without rows. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const lines = [columns.map(({ heading }) => heading), ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)))
  return lines
    .map(
      (line) =>
        `${columns
          .map((column, index) => cell(column, line[index] ?? '', widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function cell(column: Column, text: string, width: number): string {
  return column.align === 'right' ? text.padStart(width) : text.padEnd(width)
}

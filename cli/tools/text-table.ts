import { printable } from '../printable.js'

const INDENT = '  '
const GAP = '  '

/** Rows with their columns below each other; the last column is not padded. Foreign text is made fit for a terminal. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === '' ? '' : printable(cell))))
  const columns = Math.max(0, ...cells.map(({ length }) => length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  return cells
    .map((row) => {
      const padded = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      )
      return `${INDENT}${padded.join(GAP)}`.trimEnd()
    })
    .map((line) => `${line}\n`)
    .join('')
}

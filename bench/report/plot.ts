import type { Results, Row } from './results.js'

const WIDTH = 760
const BAR_HEIGHT = 22
const LABELS = 280
const TOP = 36

/** The rates of some tables as an SVG of bars, each table on its own scale. */
export function plot(tables: Results['tables']): string {
  let y = 8
  const parts = tables.map(({ title, rows }) => {
    const at = y
    y += TOP + rows.length * (BAR_HEIGHT + 6) + 10
    return group(title, rows, at)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Calls per second, ours and others">
<style>text{fill:#1f2328}.n{fill:#59636e}.o{fill:#0969da}.p{fill:#afb8c1}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.n{fill:#9198a1}.o{fill:#4493f8}.p{fill:#3d444d}}</style>
${parts.join('\n')}
</svg>
`
}

function group(title: string, rows: readonly Row[], top: number): string {
  const most = Math.max(...rows.map(({ perSecond }) => perSecond))
  const bars = rows.map((row, index) => {
    const y = top + TOP - 6 + index * (BAR_HEIGHT + 6)
    const width = (row.perSecond / most) * (WIDTH - LABELS - 90)
    const text = y + BAR_HEIGHT - 6
    return [
      `<text x="${LABELS - 10}" y="${text}" text-anchor="end">${escaped(row.server)}</text>`,
      `<rect class="${row.server.startsWith('ours') ? 'o' : 'p'}" x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="3"/>`,
      `<text class="n" x="${(LABELS + width + 8).toFixed(1)}" y="${text}">${row.perSecond.toFixed(0)} / s</text>`,
    ].join('')
  })
  return `<text x="8" y="${top + 14}" font-weight="600">${escaped(title)}</text>${bars.join('')}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

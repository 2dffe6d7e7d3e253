import type { OpenApiOperation } from '../openapi/operation.js'
import { shown } from '../openapi/shown.js'

const MAX_TITLE = 100
const MAX_DESCRIPTION = 1_500

/** The words for a tool, as somebody wrote them down. */
export interface WrittenWords {
  readonly title?: string | undefined
  readonly description?: string | undefined
}

/** Title and description of a tool: what was written down last, else the operation's summary and description. */
export function toolWords(
  operation: OpenApiOperation,
  ...written: readonly WrittenWords[]
): { readonly title: string; readonly description: string } {
  const { method, path, summary = '', deprecated } = operation
  const call = `${method} ${path}`
  const own = operation.description ?? ''
  const texts = [
    summary,
    own.startsWith(summary) && summary !== '' ? own.slice(summary.length) : own,
  ]
  const derived = texts.map((text) => paragraphs(text, MAX_DESCRIPTION)).filter((t) => t !== '')
  const description = last(written, 'description') ?? (derived.join('\n\n') || call)
  const title = last(written, 'title') ?? (summary.trim() || call)
  const bounded = paragraphs(description, MAX_DESCRIPTION)
  return {
    title: shown(title, MAX_TITLE).trim(),
    description: deprecated ? `${bounded}\n\nDeprecated.` : bounded,
  }
}

/** A text of several lines, bounded, without anything invisible. */
function paragraphs(text: string, most: number): string {
  const lines = text
    .slice(0, most * 2)
    .split(/\r\n|\r|\n/)
    .map((line) => shown(line, most).trimEnd())
  const whole = lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return whole.length > most ? `${whole.slice(0, most)}…` : whole
}

function last(written: readonly WrittenWords[], key: keyof WrittenWords): string | undefined {
  return written.map((words) => words[key]).findLast((text) => text !== undefined)
}

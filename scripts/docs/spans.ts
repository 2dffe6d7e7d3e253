import {
  ATTRIBUTES_OF,
  SPAN_ATTRIBUTES,
  SPANS,
  type SpanAttribute,
  type SpanName,
} from '../../src/tracing/span-table.js'

/** Every span in one table, and every attribute in another. */
export function spans(): string {
  return [...ofSpans(), '', ...ofAttributes()].join('\n')
}

function ofSpans(): readonly string[] {
  const rows = (Object.keys(SPANS) as SpanName[]).map((name) => {
    const { kind, about } = SPANS[name]
    const attributes = ATTRIBUTES_OF[name].map((attribute) => `\`${attribute}\``).join(', ')
    return `| \`${name}\` | ${kind} | ${about} | ${attributes} |`
  })
  return ['| span | kind | what it is | attributes |', '| --- | --- | --- | --- |', ...rows]
}

function ofAttributes(): readonly string[] {
  const rows = (Object.keys(SPAN_ATTRIBUTES) as SpanAttribute[]).map(
    (name) => `| \`${name}\` | ${SPAN_ATTRIBUTES[name]} |`,
  )
  return ['| attribute | what it says |', '| --- | --- |', ...rows]
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { AUDIT_SCHEMA_FILE, auditSchema } from '../../scripts/docs/audit-schema.js'
import { LOG_EVENT_ADVICE } from '../../scripts/docs/log-event-advice.js'
import { logEvents } from '../../scripts/docs/log-events.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { TOOL_CALL_RECORD_SCHEMA } from '../../src/audit/audit-record-schema.js'
import { createMetrics } from '../../src/metrics/create-metrics.js'
import { CALL_OUTCOMES } from '../../src/observability/observer.js'

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('audit-record.schema.json is what the code says of a record: run npm run docs', async () => {
  expect(text(AUDIT_SCHEMA_FILE)).toBe(await auditSchema())
})

test('the package has audit-record.schema.json', () => {
  const { exports, files } = JSON.parse(text('package.json')) as {
    readonly exports: Readonly<Record<string, unknown>>
    readonly files: readonly string[]
  }
  expect(exports['./audit-record.schema.json']).toBe(`./${AUDIT_SCHEMA_FILE}`)
  expect(files).toContain(AUDIT_SCHEMA_FILE)
})

test('docs/audit.md explains every outcome that is no failure code, and no other', () => {
  const rows = text('docs/audit.md').split('| outcome ')[1]?.split('\n\n')[0] ?? ''
  const explained = [...rows.matchAll(/^\| `(\w+)`/gm)].map(([, outcome]) => outcome)
  const expected = CALL_OUTCOMES.filter((outcome) => outcome !== 'ok')
  expect(explained.sort()).toEqual([...expected].sort())
})

/** `exchanges[].api` for a member of a list. */
function membersOf(schema: JsonSchema, prefix = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    `${prefix}${name}`,
    ...membersOf(member.items ?? {}, `${prefix}${name}[].`),
  ])
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
}

test('every member that docs/audit.md answers a checklist with is a member of a record', () => {
  const members = new Set(membersOf(z.toJSONSchema(TOOL_CALL_RECORD_SCHEMA) as JsonSchema))
  const checklists = text('docs/audit.md').split('## What checklists ask')[1] ?? ''
  const cells = [...checklists.matchAll(/^\|[^|]*\|([^|]*)\|$/gm)].map(([, cell = '']) => cell)
  const named = cells.flatMap((cell) =>
    [...cell.matchAll(/`([\w[\].]+)`/g)].map(([, name]) => name),
  )
  expect(named.length).toBeGreaterThan(20)
  const files = ['audit-record.schema.json']
  expect(named.filter((name = '') => !members.has(name) && !files.includes(name))).toEqual([])
})

test('what is said of each log event is said of one that the source writes', () => {
  const written = new Set(logEvents().map(({ name }) => name))
  expect(Object.keys(LOG_EVENT_ADVICE).filter((name) => !written.has(name))).toEqual([])
})

test('every metric that a page or a file for monitoring names is one that a server has', () => {
  const { registry, watchReadiness, close } = createMetrics()
  watchReadiness({ reasons: () => Promise.resolve([]) })
  close()
  const known = registry.getMetricsAsArray().map(({ name }) => name)
  const pages = ['operations', 'library', 'audit', 'security', 'failures', 'performance']
  const texts = pages.map((page) => text(`docs/${page}.md`))
  const named = [...texts.join('\n').matchAll(/\bmcp_(?:on_behalf_of|server)_\w+/g)].map(
    ([name]) => name,
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !known.includes(name))).toEqual([])
})

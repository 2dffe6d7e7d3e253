import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AUDIT_SCHEMA_FILE, auditSchema } from '../../scripts/docs/audit-schema.js'
import { ROOT } from '../../scripts/docs/pages.js'
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

test('docs/audit.md explains every outcome that is no failure code', () => {
  const page = text('docs/audit.md')
  expect(CALL_OUTCOMES.filter((outcome) => !page.includes(`\`${outcome}\``))).toEqual([])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  CHART_ALERTS_FILE,
  CHART_SCHEMA_FILE,
  chartAlerts,
  chartSchema,
} from '../../scripts/docs/chart.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { VERSION } from '../../src/version.js'

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('what the chart takes from elsewhere is up to date: run npm run docs', async () => {
  expect(text(CHART_SCHEMA_FILE)).toBe(await chartSchema())
  expect(text(CHART_ALERTS_FILE)).toBe(chartAlerts())
})

test('the chart has the version of the server, and installs that', () => {
  expect(parse(text('charts/mcp-on-behalf-of/Chart.yaml'))).toMatchObject({
    version: VERSION,
    appVersion: VERSION,
  })
})

test('every value of the chart is in its schema, and the other way round', () => {
  const values = parse(text('charts/mcp-on-behalf-of/values.yaml')) as object
  const { properties } = JSON.parse(text(CHART_SCHEMA_FILE)) as { readonly properties: object }
  expect(Object.keys(properties).sort()).toEqual([...Object.keys(values), 'global'].sort())
})

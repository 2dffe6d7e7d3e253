import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { ALERTS_FILE, alertRules } from '../../scripts/docs/alerts.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { PROMTOOL } from '../../scripts/ensure-promtool.js'
import { run } from '../helpers/run.js'
import { ALERT_CASES, type AlertCase, type Series } from './parts/alert-cases.js'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alert-rules-'))
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

test('every alert has a case', () => {
  expect(ALERT_CASES.map(({ alert }) => alert)).toEqual(alertRules().map(({ alert }) => alert))
})

test.each(ALERT_CASES.map((which) => [which.alert, which] as const))(
  'Prometheus has %s fire when it should, and not otherwise',
  async (alert, which) => {
    const file = join(directory, `${alert}.yaml`)
    await writeFile(file, stringify(rulesTest(which)))
    const { code, stdout, stderr } = await run(PROMTOOL, ['test', 'rules', file], { cwd: ROOT })
    expect(`${stdout}${stderr}`).toMatch(/SUCCESS/)
    expect(code).toBe(0)
  },
)

/** As promtool reads it: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
function rulesTest({ alert, at, fires, quiet, labels = {} }: AlertCase) {
  const rule = alertRules().find((each) => each.alert === alert)
  const firing = {
    exp_labels: { ...rule?.labels, ...labels },
    exp_annotations: rule?.annotations,
  }
  const tried = (series: Series, alerts: readonly unknown[]) => ({
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: alerts }],
  })
  return {
    rule_files: [join(ROOT, ALERTS_FILE)],
    tests: [tried(fires, [firing]), tried(quiet, [])],
  }
}

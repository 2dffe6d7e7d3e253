import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from './pages.js'

/** Where the alert rules are, from the root; the package has them too. */
export const ALERTS_FILE = 'docs/monitoring/alerts.yaml'

const ALERTS = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string(), why: z.string() }),
        }),
      ),
    }),
  ),
})

/** The alert rules, in their order. */
export function alertRules() {
  const text = readFileSync(join(ROOT, ALERTS_FILE), 'utf8')
  return ALERTS.parse(parse(text)).groups.flatMap(({ rules }) => rules)
}

/** The alert rules in one table. */
export function alerts(): string {
  const rows = alertRules().map(
    ({ alert, labels, annotations }) =>
      `| \`${alert}\` | ${annotations.summary} | ${annotations.why} | ${labels.severity} |`,
  )
  return ['| alert | when | why | severity |', '| - | - | - | - |', ...rows].join('\n')
}

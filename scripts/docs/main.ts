import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AUDIT_SCHEMA_FILE, auditSchema } from './audit-schema.js'
import { BLOCKS } from './blocks.js'
import { CHART_ALERTS_FILE, CHART_SCHEMA_FILE, chartAlerts, chartSchema } from './chart.js'
import { CONFIG_SCHEMA_FILE, configSchema } from './config-schema.js'
import { envExample } from './env-example.js'
import { fillPage } from './fill-page.js'
import { pages, ROOT } from './pages.js'

/** `npm run docs`: writes the generated parts of all pages anew, `.env.example`, the schemas, and what the chart takes from elsewhere. */
for (const path of pages()) {
  write(path, await fillPage(readFileSync(path, 'utf8'), path, BLOCKS))
}
write(join(ROOT, '.env.example'), envExample())
write(join(ROOT, CONFIG_SCHEMA_FILE), await configSchema())
write(join(ROOT, AUDIT_SCHEMA_FILE), await auditSchema())
write(join(ROOT, CHART_SCHEMA_FILE), await chartSchema())
write(join(ROOT, CHART_ALERTS_FILE), chartAlerts())

function write(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeFileSync(path, text)
  process.stdout.write(`${path}\n`)
}

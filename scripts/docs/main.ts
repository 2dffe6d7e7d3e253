import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AUDIT_SCHEMA_FILE, auditSchema } from './audit-schema.js'
import { BLOCKS } from './blocks.js'
import { CONFIG_SCHEMA_FILE, configSchema } from './config-schema.js'
import { envExample } from './env-example.js'
import { fillPage } from './fill-page.js'
import { pages, ROOT } from './pages.js'

/** `npm run docs`: writes the generated parts of all pages anew, `.env.example`, and the schema of the configuration file. */
for (const path of pages()) {
  write(path, await fillPage(readFileSync(path, 'utf8'), path, BLOCKS))
}
write(join(ROOT, '.env.example'), envExample())
write(join(ROOT, CONFIG_SCHEMA_FILE), await configSchema())
write(join(ROOT, AUDIT_SCHEMA_FILE), await auditSchema())

function write(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeFileSync(path, text)
  process.stdout.write(`${path}\n`)
}

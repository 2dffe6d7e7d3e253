import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { configFileJsonSchema } from '../../src/config/config-file-schema.js'
import { ROOT } from './pages.js'

/** Where the JSON Schema of the configuration file is, from the root; the package has it too. */
export const CONFIG_SCHEMA_FILE = 'config.schema.json'

/** The JSON Schema of the configuration file, for editors. */
export async function configSchema(): Promise<string> {
  const options = await resolveConfig(join(ROOT, CONFIG_SCHEMA_FILE))
  return format(JSON.stringify(configFileJsonSchema()), { ...options, parser: 'json' })
}

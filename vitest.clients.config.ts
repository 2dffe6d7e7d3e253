import { configDefaults, defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** `npm run test:clients`: real MCP clients, in processes of their own where they are programs. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/clients/**/*.test.ts'],
    exclude: configDefaults.exclude,
    testTimeout: 180_000,
    // One file of results is written by all.
    fileParallelism: process.env['WRITE_RESULTS'] !== '1',
  },
})

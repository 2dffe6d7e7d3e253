import { defineConfig } from 'vitest/config'
import config from '../../vitest.config.js'

// Stryker's runner cannot choose one of several projects.
const { projects: _, ...shared } = config.test ?? {}

/**
 * The tests of one room, which `npm run test:mutation` names, run against its mutants.
 *
 * Without the scan for tokens after each file: it costs more here than it finds, and the whole run has it.
 */
export default defineConfig({
  ...config,
  test: {
    ...shared,
    include: (process.env['MUTATION_TESTS'] ?? 'test/unit/**/*.test.ts').split(','),
  },
})

import { defineConfig } from 'vitest/config'
import shared from './vitest.config.js'

/** One room's tests, which `npm run test:mutation` names, run against its mutants. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: (process.env['MUTATION_TESTS'] ?? 'test/unit/**/*.test.ts').split(','),
    // The scan for tokens after each file costs more here than it finds: the whole run has it.
    setupFiles: [],
    // A module graph a file would cost more than the tests.
    isolate: false,
  },
})

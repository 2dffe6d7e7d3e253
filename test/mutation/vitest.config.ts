import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.config.js'

/**
 * The tests of one room, which `npm run test:mutation` names, run against its mutants.
 *
 * A file of its own, since Stryker's runner cannot choose one of several projects. Without the scan for tokens after
 * each file: it costs more here than it finds, and the whole run has it.
 */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    // Code that never answers would otherwise hold up each mutant for minutes.
    testTimeout: 10_000,
    hookTimeout: 10_000,
    include: (process.env['MUTATION_TESTS'] ?? 'test/unit/**/*.test.ts').split('\n'),
  },
})

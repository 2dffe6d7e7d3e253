import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A test that leaks a handle or an unhandled rejection must fail the run.
    dangerouslyIgnoreUnhandledErrors: false,
    sequence: { hooks: 'stack' },
  },
})

import { defineConfig } from 'vitest/config'

/** `npm run test:browser`: the pages in a real browser. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/global-setup.ts'],
    setupFiles: ['test/helpers/leak-scan-setup.ts'],
    // One browser at a time: each takes both cores while it starts.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    sequence: { hooks: 'stack' },
  },
})

import { configDefaults, defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** `npm run test:browser`: the pages in a real browser. Not part of `npm test`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/browser/**/*.test.ts'],
    exclude: configDefaults.exclude,
    globalSetup: ['test/browser/global-setup.ts'],
    // One browser at a time: each takes both cores while it starts.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
})

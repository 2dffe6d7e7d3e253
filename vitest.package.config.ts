import { defineConfig } from 'vitest/config'

/** `npm run test:package`: the tests of what is published, on the tarball. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/global-setup.ts'],
    // One tarball and one installed project for all of them.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
})

import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  // The examples import the package by its name.
  resolve: { alias: { 'mcp-on-behalf-of': new URL('./src/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts'],
    // It has a script of its own: npm run test:browser.
    exclude: [...configDefaults.exclude, 'test/browser/**'],
    setupFiles: ['test/helpers/leak-scan-setup.ts'],
    // The tests wait more than they compute.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A test that leaks a handle or an unhandled rejection must fail the run.
    dangerouslyIgnoreUnhandledErrors: false,
    sequence: { hooks: 'stack' },
  },
})

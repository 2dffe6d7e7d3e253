import { configDefaults, defineConfig } from 'vitest/config'

const SRC = new URL('./src/', import.meta.url).pathname

export default defineConfig({
  // The examples import the package by its name.
  resolve: {
    alias: [
      { find: /^mcp-on-behalf-of$/, replacement: `${SRC}index.ts` },
      { find: /^mcp-on-behalf-of\/errors$/, replacement: `${SRC}failures/errors.ts` },
      { find: /^mcp-on-behalf-of\/server$/, replacement: `${SRC}server.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Each has a script of its own: npm run test:browser, test:clients, test:package.
    exclude: [...configDefaults.exclude, 'test/browser/**', 'test/clients/**', 'test/package/**'],
    setupFiles: ['test/helpers/leak-scan-setup.ts'],
    // Loading the modules anew for each file would cost more than the tests; none of them changes a module.
    isolate: false,
    // The tests wait more than they compute.
    maxWorkers: '100%',
    // No test may fail because the machine is busy: these only end what hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A test that leaks a handle or an unhandled rejection must fail the run.
    dangerouslyIgnoreUnhandledErrors: false,
    sequence: { hooks: 'stack' },
  },
})

import { configDefaults, defineConfig } from 'vitest/config'

const SRC = new URL('./src/', import.meta.url).pathname

/** Whole programs and servers from end to end, what compiles, and long tables of cases: what takes long, so that `npm test` stays short. */
const END_TO_END = [
  'test/attacks/{client-ids,client-profiles,confirmation-*,own-servers,public-tools,second-hop-providers}.test.ts',
  'test/cli/doctor*.test.ts',
  'test/cli/setup-{custom-exchange,killed,remove}.test.ts',
  'test/connector/{broken-servers,foreign-servers,network,sign-in}.test.ts',
  'test/contract/{access-token-verifier,token-exchanger}.test.ts',
  'test/docs/{commands,examples,generated-parts,library-code,library-page,running}.test.ts',
  'test/e2e/**/*.test.ts',
  'test/integration/authorization-server/**/*.test.ts',
  'test/integration/exchange/{answer-dialects,downstream,nothing-leaks,taxonomy}.test.ts',
  'test/integration/http/library.test.ts',
  'test/integration/{issuer-keys-inbound,mcp-mounts}.test.ts',
  'test/integration/openapi/{both-hops,search-mode}-property.test.ts',
  'test/unit/{downstream/request-types,options/assert-options}.test.ts',
  'test/unit/exchange/caching-exchanger-users.test.ts',
  'test/unit/openapi*/real-documents.test.ts',
  'test/unit/openapi-tools/request-line.test.ts',
]

/** For every test file that runs the code in this directory. */
const SETUP = ['test/helpers/leak-scan-setup.ts', 'test/helpers/key-pairs-setup.ts']

/** `TEST_MOUNT=sdk` runs the tests on the SDK's own mount, wherever they do not name one. */
const SDK_MOUNT = {
  find: /^.*\/mcp\/mount\.js$/,
  replacement: new URL('./test/helpers/sdk-mount.ts', import.meta.url).pathname,
}

/** What all projects share, but for the one that tests the package. */
export const shared = defineConfig({
  // The examples import the package by its name.
  resolve: {
    alias: [
      { find: /^mcp-on-behalf-of$/, replacement: `${SRC}index.ts` },
      { find: /^mcp-on-behalf-of\/errors$/, replacement: `${SRC}failures/errors.ts` },
      { find: /^mcp-on-behalf-of\/metrics$/, replacement: `${SRC}metrics.ts` },
      { find: /^mcp-on-behalf-of\/openapi$/, replacement: `${SRC}openapi.ts` },
      { find: /^mcp-on-behalf-of\/revocation$/, replacement: `${SRC}revocation.ts` },
      { find: /^mcp-on-behalf-of\/server$/, replacement: `${SRC}server.ts` },
      ...(process.env['TEST_MOUNT'] === 'sdk' ? [SDK_MOUNT] : []),
    ],
  },
  test: {
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

/** One project for each npm script that runs tests. `npm test` runs `main`; the others have scripts of their own. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...configDefaults.exclude,
            'test/browser/**',
            'test/chart/**',
            'test/clients/**',
            'test/fleet/**',
            'test/foreign/**',
            'test/package/**',
            ...END_TO_END,
          ],
          setupFiles: SETUP,
        },
      },
      {
        // Programs in processes of their own, the development authorization server, clients from the first 401 on, the doctor on whole
        // deployments, and whole collections of documents.
        extends: true,
        test: {
          name: 'e2e',
          include: END_TO_END,
          setupFiles: SETUP,
          sequence: { groupOrder: 4 },
        },
      },
      {
        // Real MCP clients, in processes of their own where they are programs.
        extends: true,
        test: {
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          setupFiles: SETUP,
          sequence: { groupOrder: 1 },
          // All files write one file of results.
          fileParallelism: process.env['WRITE_RESULTS'] !== '1',
        },
      },
      {
        // Programs of others: an authorization server, in a process of its own, and what tests alert rules.
        extends: true,
        test: {
          name: 'foreign',
          include: ['test/foreign/**/*.test.ts'],
          setupFiles: SETUP,
          sequence: { groupOrder: 5 },
        },
      },
      {
        // The Helm chart, rendered by a program of its own.
        extends: true,
        test: {
          name: 'chart',
          include: ['test/chart/**/*.test.ts'],
          setupFiles: SETUP,
          sequence: { groupOrder: 6 },
        },
      },
      {
        // A real Redis, and several processes of ours that share it.
        extends: true,
        test: {
          name: 'fleet',
          include: ['test/fleet/**/*.test.ts'],
          setupFiles: SETUP,
          sequence: { groupOrder: 7 },
        },
      },
      {
        // The pages in a real browser.
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          setupFiles: SETUP,
          globalSetup: ['test/browser/global-setup.ts'],
          sequence: { groupOrder: 2 },
          // One browser at a time: each takes both cores while it starts.
          fileParallelism: false,
          hookTimeout: 300_000,
        },
      },
      {
        // What is published, on the tarball: nothing of this directory is in reach, so it shares nothing.
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/package/global-setup.ts'],
          sequence: { groupOrder: 3 },
          // One tarball and one installed project for all of them.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})

/** How we know that a command on a page works. */
export type Verified =
  /** A test file runs it, or what it runs. */
  | { readonly by: 'test'; readonly file: string }
  /** It stands in `.ci/run`, word for word. */
  | { readonly by: 'ci'; readonly line: string }
  /** commands.test.ts runs it. */
  | { readonly by: 'here' }
  /** Nobody does: it needs what a test machine does not have. */
  | { readonly needs: 'a tenant' | 'Docker' | 'a client program' | 'a cluster' | 'Redis' }

export interface KnownCommand {
  readonly command: RegExp
  readonly verified: Verified
}

/** Every command that may stand on a page. The first that fits counts. */
export const KNOWN_COMMANDS: readonly KnownCommand[] = [
  {
    command: /^npm ci && npm start$/,
    verified: { by: 'test', file: 'test/e2e/npm-start.test.ts' },
  },
  { command: /^npm ci$/, verified: { by: 'ci', line: 'npm ci' } },
  { command: /^npm ci && npm test$/, verified: { by: 'ci', line: 'npm test' } },
  {
    command: /^npx mcp-on-behalf-of doctor --connector https:\/\/mcp\.example\.com\/mcp$/,
    verified: { by: 'test', file: 'test/connector/report.test.ts' },
  },
  {
    command:
      /^npx mcp-on-behalf-of doctor --connector https:\/\/mcp\.example\.com\/mcp --register$/,
    verified: { by: 'test', file: 'test/connector/foreign-servers.test.ts' },
  },
  {
    command: /^npx mcp-on-behalf-of doctor --connector https:\/\/mcp\.example\.com\/mcp --sign-in$/,
    verified: { by: 'test', file: 'test/connector/sign-in.test.ts' },
  },
  {
    command: /^npx mcp-on-behalf-of forget --user 'auth0\|507f1f77'$/,
    verified: { by: 'test', file: 'test/fleet/forget.test.ts' },
  },
  {
    command: /^npx mcp-on-behalf-of doctor$/,
    verified: { by: 'test', file: 'test/cli/doctor.test.ts' },
  },
  {
    command: /^curl -sS -i -X POST https:\/\/mcp\.example\.com\/mcp /,
    verified: { by: 'test', file: 'test/docs/it-does-not-connect.test.ts' },
  },
  {
    command: /^(?:kubectl create secret generic mcp-server |helm (?:install|test) mcp\b)/,
    verified: { needs: 'a cluster' },
  },
  { command: /^npm run demo$/, verified: { by: 'ci', line: 'npm run demo' } },
  {
    command: /^TOKEN=\$\(npm run --silent token -- --user alice\)$/,
    verified: { by: 'here' },
  },
  {
    command: /^TOKEN=\$\(npm run --silent token -- --user alice --scope tool:whoami\)$/,
    verified: { by: 'test', file: 'test/e2e/npm-run-token.test.ts' },
  },
  {
    command: /^npm run build:dev-package && npm pack \.\/dist-apps\/package$/,
    verified: { by: 'test', file: 'test/package/dev-package.test.ts' },
  },
  {
    command: /^npm install --save-dev \/path\/to\/mcp-on-behalf-of-dev-0\.1\.0\.tgz$/,
    verified: { by: 'test', file: 'test/package/dev-package.test.ts' },
  },
  { command: /^curl -sS http:\/\/localhost:3001\/mcp -H /, verified: { by: 'here' } },
  {
    command: /^npm pack$/,
    verified: { by: 'test', file: 'test/package/contents.test.ts' },
  },
  { command: /^npm run build$/, verified: { by: 'test', file: 'test/package/contents.test.ts' } },
  {
    command: /^node dist\/cli\/main\.js serve$/,
    verified: { by: 'test', file: 'test/package/command-line.test.ts' },
  },
  {
    command: /^npm install \/path\/to\/mcp-on-behalf-of-0\.1\.0\.tgz/,
    verified: { by: 'test', file: 'test/package/consumer.test.ts' },
  },
  {
    command: /^CLIENT_SECRET=development-only-\S+ node server\.mjs$/,
    verified: { by: 'test', file: 'test/package/library-page.test.ts' },
  },
  {
    command: /^curl -sS http:\/\/localhost:3002\/mcp -H /,
    verified: { by: 'test', file: 'test/package/library-page.test.ts' },
  },
  {
    command: /^npx -y @modelcontextprotocol\/inspector@2 /,
    verified: { needs: 'a client program' },
  },
  { command: /^claude mcp add /, verified: { needs: 'a client program' } },
  {
    command: /^docker compose --project-directory \. -f compose\/fleet\/services\.yml up --build$/,
    verified: { needs: 'Docker' },
  },
  { command: /^docker compose up(?: --build)?$/, verified: { needs: 'Docker' } },
  { command: /^docker (?:compose run|build|run) /, verified: { needs: 'Docker' } },
  { command: /^export MCP_INSPECTOR_SECRET_STORE=/, verified: { needs: 'a client program' } },
  {
    command: /^npm run (?:--silent )?setup -- --export (?:terraform|deploy-cli) /,
    verified: { by: 'test', file: 'test/cli/setup-export.test.ts' },
  },
  { command: /^npm run setup -- /, verified: { needs: 'a tenant' } },
  {
    command: /^IDENTITY_PROVIDER=(?:entra|keycloak|okta) npm start$/,
    verified: { by: 'test', file: 'test/e2e/npm-start-stand-in.test.ts' },
  },
  { command: /^npm start$/, verified: { by: 'test', file: 'test/e2e/npm-start.test.ts' } },
  {
    command: /^npm run tools -- --openapi (?:apps\/downstream-api\/)?openapi\.yaml$/,
    verified: { by: 'here' },
  },
  {
    command: /^npx mcp-on-behalf-of tools --openapi openapi\.yaml --overlay overlay\.yaml$/,
    verified: { by: 'test', file: 'test/cli/openapi-tools-overlay.test.ts' },
  },
  { command: /^npm run doctor$/, verified: { by: 'test', file: 'test/cli/doctor.test.ts' } },
  {
    command: /^npm run doctor -- --sign-in --client-id \S+(?: --redirect-uri \S+)?$/,
    verified: { by: 'test', file: 'test/cli/doctor-sign-in-client.test.ts' },
  },
  { command: /^(?:az|kcadm\.sh|aws) /, verified: { needs: 'a tenant' } },
  { command: /^npm run doctor -- --token-stdin/, verified: { needs: 'a tenant' } },
  {
    command: /^npm run doctor -- --sign-in$/,
    verified: { by: 'test', file: 'test/cli/doctor-sign-in.test.ts' },
  },
  {
    command: /^npm run doctor -- --openapi openapi\.yaml --sign-in --management-token-file/,
    verified: { by: 'test', file: 'test/cli/doctor-scopes.test.ts' },
  },
  {
    command: /^npm run doctor -- --management-token-file/,
    verified: { by: 'test', file: 'test/cli/doctor-tenant.test.ts' },
  },
  {
    command: /^export ISSUER_BASE_URL=/,
    verified: { by: 'test', file: 'test/cli/doctor-exchange.test.ts' },
  },
  {
    command: /^npm run --silent token .* \| npm run doctor -- --token-stdin --call-api$/,
    verified: { by: 'test', file: 'test/cli/doctor-exchange.test.ts' },
  },
  {
    command: /^npm install @opentelemetry\/\S+@2 /,
    verified: { by: 'test', file: 'test/e2e/tracing-example.test.ts' },
  },
  {
    command: /^NODE_OPTIONS='--import \.\/examples\/tracing\.mjs' node dist\/cli\/main\.js serve$/,
    verified: { by: 'test', file: 'test/e2e/tracing-example.test.ts' },
  },
  {
    command: /^DEV_DIRECTORY=examples\/development-directory\.json npm start$/,
    verified: { by: 'test', file: 'test/e2e/development-directory.test.ts' },
  },
  {
    command: /^node --import tsx examples\/two-apis-start\.ts$/,
    verified: { by: 'test', file: 'test/e2e/development-directory.test.ts' },
  },
  {
    command: /^TOKEN=\$\(npm run --silent token -- --user dana /,
    verified: { by: 'test', file: 'test/e2e/development-directory.test.ts' },
  },
  {
    command: /^npm run bench(?: -- .*)?$/,
    verified: { by: 'ci', line: 'npm run bench -- --short' },
  },
  {
    command: /^npm run test:faults(?: -- .*)?$/,
    verified: { by: 'ci', line: 'npm run test:faults -- --short' },
  },
  { command: /^npm run test:fleet:load$/, verified: { needs: 'Redis' } },
  {
    command: /^npm run soak$/,
    verified: { by: 'ci', line: 'npm run soak -- --minutes 2 --per-second 10' },
  },
  { command: /^npm run test:mutation/, verified: { by: 'ci', line: 'npm run test:mutation' } },
]

/** A group of the site's menu. */
export interface SiteGroup {
  readonly text: string
  /** The files of the repository, and the names of their pages on the site. */
  readonly pages: readonly (readonly [file: string, page: string])[]
}

/** Every page of the site, in the order of its menu. */
export const SITE_GROUPS: readonly SiteGroup[] = [
  {
    text: 'Start',
    pages: [
      ['README.md', 'index.md'],
      ['docs/openapi.md', 'openapi.md'],
      ['docs/library.md', 'library.md'],
      ['docs/confirmation.md', 'confirmation.md'],
      ['docs/policy.md', 'policy.md'],
      ['examples/README.md', 'examples.md'],
      ['docs/clients.md', 'clients.md'],
      ['docs/hosted-clients.md', 'hosted-clients.md'],
      ['docs/it-does-not-connect.md', 'it-does-not-connect.md'],
      ['docs/connector.md', 'connector.md'],
      ['docs/development-server.md', 'development-server.md'],
    ],
  },
  {
    text: 'Set up',
    pages: [
      ['docs/configuration.md', 'configuration.md'],
      ['docs/authorization.md', 'authorization.md'],
      ['docs/migrating.md', 'migrating.md'],
    ],
  },
  {
    text: 'Identity providers',
    pages: [
      ['docs/authorization-servers.md', 'authorization-servers.md'],
      ['docs/auth0.md', 'auth0.md'],
      ['docs/identity-providers/entra.md', 'entra.md'],
      ['docs/identity-providers/keycloak.md', 'keycloak.md'],
      ['docs/identity-providers/okta.md', 'okta.md'],
      ['docs/identity-providers/workos.md', 'workos.md'],
      ['docs/identity-providers/cognito.md', 'cognito.md'],
      ['docs/identity-providers/authentik.md', 'authentik.md'],
      ['docs/identity-providers/pingone.md', 'pingone.md'],
    ],
  },
  {
    text: 'Run',
    pages: [
      ['docs/operations.md', 'operations.md'],
      ['docs/kubernetes.md', 'kubernetes.md'],
      ['docs/audit.md', 'audit.md'],
      ['docs/performance.md', 'performance.md'],
      ['docs/reliability.md', 'reliability.md'],
      ['docs/failures.md', 'failures.md'],
      ['docs/security.md', 'security.md'],
    ],
  },
  {
    text: 'The project',
    pages: [
      ['docs/architecture.md', 'architecture.md'],
      ['CONTRIBUTING.md', 'contributing.md'],
      ['docs/mutation-testing.md', 'mutation-testing.md'],
      ['SECURITY.md', 'security-policy.md'],
      ['CHANGELOG.md', 'changelog.md'],
    ],
  },
]

/** The site's name of each file that is a page of it. */
export const PAGE_OF: ReadonlyMap<string, string> = new Map(
  SITE_GROUPS.flatMap(({ pages }) => pages),
)

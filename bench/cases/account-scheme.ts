/** What operations of a document require that has `ACCOUNT_SCHEME`. */
export const READ = [{ account: ['read:things'] }]
export const WRITE = [{ account: ['write:things'] }]

/** The security scheme of a document about things: OAuth 2 with two scopes. */
export const ACCOUNT_SCHEME = {
  account: {
    type: 'oauth2',
    flows: {
      authorizationCode: {
        authorizationUrl: 'https://issuer.example/authorize',
        tokenUrl: 'https://issuer.example/token',
        scopes: { 'read:things': 'Read', 'write:things': 'Write' },
      },
    },
  },
}

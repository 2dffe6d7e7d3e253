/** An optional peer, loaded on demand: the little that is used of it, so that it need not be installed to build. */
declare module '@auth0/auth0-api-js' {
  type ExchangingApiClient = import('./auth0-api-client-exchanger.js').ExchangingApiClient

  export const ApiClient: new (options: {
    readonly domain: string
    readonly audience: string
    readonly clientId: string
    readonly clientSecret: string
    readonly customFetch?: typeof globalThis.fetch
  }) => ExchangingApiClient
}

export const TOKEN_EXCHANGE_GRANT: string
export function issuerMetadata(issuer: string): { readonly issuer: string }

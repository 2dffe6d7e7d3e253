/** With which glewlwyd signs: RS256 is verified by `express-oauth2-jwt-bearer`, the others by `jose`. */
export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const

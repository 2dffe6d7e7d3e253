import { oauth2Components } from '../integration/openapi/oauth2-components.js'

const operation = (operationId: string) => ({
  post: {
    operationId,
    parameters: [
      { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } },
      { name: 'day', in: 'query', schema: { type: 'string' } },
    ],
    security: [{ OAuth2: ['write'] }],
    responses: { 201: { description: 'Made' } },
  },
})
/** An OpenAPI document of two writes with the same arguments, and a key of idempotency. */
export const BOOKS = {
  openapi: '3.1.0',
  info: { title: 'Books', version: '1' },
  paths: { '/bookings': operation('book'), '/drafts': operation('draft') },
  components: oauth2Components({ write: 'Write' }),
}

import { ACCOUNT_SCHEME, READ, WRITE } from './account-scheme.js'

const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
const THING = { $ref: '#/components/schemas/Thing' }
const KEPT = { 200: { description: 'Kept.', content: { 'application/json': { schema: THING } } } }

/** An OpenAPI document with three operations for each resource: a list with filters, one thing, and a new thing with a body. */
export function generatedDocument(resources: number): object {
  const paths = Array.from({ length: resources }, (_, index) => pathsOf(`things${index}`))
  return {
    openapi: '3.1.0',
    info: { title: 'Generated', version: '1' },
    paths: Object.assign({}, ...paths) as object,
    components: {
      securitySchemes: ACCOUNT_SCHEME,
      schemas: { Thing: thing() },
    },
  }
}

function pathsOf(name: string): object {
  const body = { required: true, content: { 'application/json': { schema: THING } } }
  const filters = ['state', 'owner', 'cursor', 'limit'].map((filter) => ({
    ...{ name: filter, in: 'query', schema: { type: 'string', maxLength: 200 } },
    description: `The ${filter} of the things that are listed.`,
  }))
  return {
    [`/${name}`]: {
      get: {
        ...{ operationId: `list_${name}`, tags: [name], summary: `List ${name}` },
        ...{ parameters: filters, security: READ, responses: KEPT },
      },
      post: {
        ...{ operationId: `create_${name}`, tags: [name], summary: `Create one of ${name}` },
        ...{ requestBody: body, security: WRITE, responses: KEPT },
      },
    },
    [`/${name}/{id}`]: {
      get: {
        ...{ operationId: `get_${name}`, tags: [name], summary: `Get one of ${name}` },
        ...{ parameters: [ID], security: READ, responses: KEPT },
      },
    },
  }
}

function thing(): object {
  const members = Array.from({ length: 12 }, (_, index) => [
    `member${index}`,
    { type: 'string', maxLength: 1_000, description: `The member ${index} of a thing.` },
  ])
  return { type: 'object', properties: Object.fromEntries(members) as object }
}

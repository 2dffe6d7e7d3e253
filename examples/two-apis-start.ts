// Starts two-apis.ts with the users, scopes and APIs of development-directory.json. In another terminal before it:
//   DEV_DIRECTORY=examples/development-directory.json npm start
import { Secret } from 'mcp-on-behalf-of'
import { createTwoApisApp } from './two-apis.js'

createTwoApisApp({
  endpoint: new URL('http://localhost:3002/mcp'),
  issuer: 'http://localhost:9000/',
  client: { id: 'shop-tools', secret: new Secret('development-only-secret-of-the-shop-tools') },
  apis: {
    orders: { audience: 'http://localhost:8788/', baseUrl: new URL('http://localhost:8788/') },
    invoices: { audience: 'http://localhost:8789/', baseUrl: new URL('http://localhost:8789/') },
  },
  log: console,
}).listen(3002, 'localhost')

// Starts two-apis.ts with the users, scopes and APIs of development-directory.json. In another terminal before it:
//   DEV_DIRECTORY=examples/development-directory.json npm start
import { Secret, type Log } from 'mcp-on-behalf-of'
import { createTwoApisApp } from './two-apis.js'

const log: Log = {
  event: (level, name, fields) => {
    process.stderr.write(`${level} ${name} ${JSON.stringify(fields)}
`)
  },
}

createTwoApisApp({
  endpoint: new URL('http://localhost:3002/mcp'),
  issuer: 'http://localhost:9000/',
  client: { id: 'shop-tools', secret: new Secret('development-only-secret-of-the-shop-tools') },
  apis: {
    orders: { audience: 'http://localhost:8788/', baseUrl: new URL('http://localhost:8788/') },
    invoices: { audience: 'http://localhost:8789/', baseUrl: new URL('http://localhost:8789/') },
  },
  log,
}).listen(3002, 'localhost')

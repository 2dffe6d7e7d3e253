import { downstreamOf } from '../../../src/index.js'
import type { OnBehalfOfOptions } from '../../../src/on-behalf-of/options.js'
import {
  startLibraryServer,
  type LibraryServerOptions,
} from '../../helpers/start-library-server.js'
import type { TestServer } from '../../helpers/start-mcp-server.js'

export interface GreetingOptions {
  readonly options?: Partial<OnBehalfOfOptions>
  readonly mount?: LibraryServerOptions['mount']
}

/** A server of somebody who uses the library, whose one tool calls the API. */
export function startGreeting({ options = {}, mount }: GreetingOptions = {}): Promise<TestServer> {
  return startLibraryServer({
    sdk: 'SDK v2',
    handlers: {
      greet: async ({ context }) =>
        (await downstreamOf(context, 'greet').fetch('/api/private-scope')).text(),
    },
    tools: [
      {
        name: 'greet',
        requiredScopes: [],
        downstream: { api: 'api', scopes: ['read:private'] },
      },
    ],
    options,
    ...(mount === undefined ? {} : { mount }),
  })
}

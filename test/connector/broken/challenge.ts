import { EVERYBODY, NOBODY, type BrokenServer } from './broken-server.js'
import { RESOURCE_METADATA } from '../world.js'

export const CHALLENGE_FAULTS: readonly BrokenServer[] = [
  {
    name: 'the 401 has no WWW-Authenticate',
    id: 'challenge.missing',
    fails: NOBODY,
    parts: { challenge: () => undefined },
  },
  {
    name: 'the challenge names no metadata',
    id: 'challenge.no_metadata_address',
    fails: NOBODY,
    parts: { challenge: () => 'Bearer realm="mcp"' },
  },
  {
    name: 'the challenge is Basic',
    id: 'challenge.no_bearer',
    fails: NOBODY,
    parts: { challenge: () => 'Basic realm="mcp"' },
  },
  {
    name: 'the challenge names the metadata by a relative URL',
    id: 'challenge.relative_address',
    fails: NOBODY,
    parts: { challenge: () => `Bearer resource_metadata="${RESOURCE_METADATA}"` },
  },
  {
    name: 'the challenge names the metadata without quotes',
    id: 'challenge.unquoted_address',
    fails: NOBODY,
    parts: { challenge: ({ mcp }) => `Bearer resource_metadata=${mcp}${RESOURCE_METADATA}` },
  },
  {
    name: 'another challenge stands in front of Bearer',
    id: 'challenge.bearer_not_first',
    fails: NOBODY,
    parts: {
      challenge: ({ mcp }) => [
        'Negotiate',
        `Bearer resource_metadata="${mcp}${RESOURCE_METADATA}", scope="tool:greet"`,
      ],
    },
  },
  {
    name: 'the challenge sends clients to another host, where there is nothing',
    id: 'challenge.foreign_address',
    fails: EVERYBODY.filter((name) => name !== 'strict'),
    parts: {
      challenge: ({ issuer }) => `Bearer resource_metadata="${issuer}${RESOURCE_METADATA}"`,
    },
  },
]

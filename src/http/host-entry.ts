import { z } from 'zod'

const HOST = /^(?:[a-z0-9_][a-z0-9._-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/**
 * An entry of a list of hosts: what a Host header may say, `host` or `host:port`, an IPv6 address in brackets.
 *
 * The one definition for the options of the library and the settings of the standalone server. Each refusal says what
 * to write instead: a list in one entry, a wildcard and a URL could never match a Host header.
 */
export const hostEntry = z.string('must be a host').superRefine((value, context) => {
  const issue = issueOf(value)
  if (issue !== undefined) context.addIssue(issue)
})

function issueOf(value: string): string | undefined {
  if (/[,;]/.test(value))
    return 'must be one host: write several as separate entries, without commas'
  if (value.includes('*')) {
    return 'must be a host without a wildcard: each host that is accepted has to be named in full'
  }
  if (value.includes('/') || value.includes('@')) {
    return 'must be host or host:port, no URL: leave out the scheme, the path and any user name'
  }
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(value)) {
    return `must have brackets around an IPv6 address, for example [::1] or [::1]:3001`
  }
  return isHost(value) ? undefined : 'must be host or host:port, for example mcp.internal:3001'
}

function isHost(value: string): boolean {
  return HOST.test(value) && URL.canParse(`http://${value}/`)
}

import { z } from 'zod'
import { Secret } from '../secret.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Keys with spaces or line breaks between them, as a file has them. */
const keys = z.string().transform((text, context): readonly Secret[] => {
  const listed = text.split(/\s+/).filter((key) => key !== '')
  if (listed.length > 0 && listed.every((key) => key.length >= 32)) {
    return listed.map((key) => new Secret(key))
  }
  context.addIssue(
    'must be one or several keys with spaces between them, each of 32 characters or more (openssl rand -hex 32)',
  )
  return z.NEVER
})

/** How users are asked before tools with `confirm` run. */
export const CONFIRMATION_SETTINGS = {
  CONFIRMATION_KEYS: setting({
    description:
      'Seal what a client carries between the question to its user and the answer: 32 random characters or more (openssl rand -hex 32), the same in all instances. To replace a key, put the new one in front of the old one, with a space between, and remove the old one later: the first seals, all open. Or CONFIRMATION_KEYS_FILE, with a key on each line.',
    schema: keys,
    example: 'replace-me-by-64-random-hex-digits',
    secret: true,
    absent:
      'a random key: an answer is refused that reaches another instance, or this one after a restart',
  }),
  CONFIRMATION_MINUTES: setting({
    description: "How long a user's answer to a question about a call counts, in minutes.",
    schema: values.integerBetween(1, 60),
    example: '10',
    fallback: '5',
  }),
  CONFIRMATION_PAGE: setting({
    description:
      'Whether users approve calls on a page of this server, after they have signed in there. off: there is no page. fallback: only where the client cannot ask its user. always: for all clients, whatever they can; none of them is trusted to ask. Several instances need STORE_URL. The callback URL to register at the authorization server is /confirm/callback of this server.',
    schema: values.oneOf('off', 'fallback', 'always'),
    example: 'always',
    fallback: 'off',
  }),
  CONFIRMATION_CLIENT_ID: setting({
    description:
      'The OAuth client as which people sign in to that page, where the client that exchanges tokens cannot sign people in.',
    schema: values.identifier,
    example: 'Yk7cP2vTzR4nDsWq9LxB1mEa6JuHg3fK',
    absent: '`MCP_AUTH0_CLIENT_ID`',
  }),
  CONFIRMATION_CLIENT_SECRET: setting({
    description: 'The secret of that client. Or CONFIRMATION_CLIENT_SECRET_FILE.',
    schema: values.secret,
    example: '…',
    secret: true,
    absent: 'the credentials of the client that exchanges tokens',
  }),
} as const satisfies Record<string, Setting<unknown>>

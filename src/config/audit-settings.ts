import { z } from 'zod'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** `off`, `stdout`, or a path: a word alone is rather a slip than a file in the working directory. */
const auditSink = z
  .string()
  .refine(
    (value) => value === 'off' || value === 'stdout' || /[/\\]/.test(value),
    'must be off, stdout, or the path of a file with a slash in it, such as ./audit.jsonl',
  )

/** Where the records of tool calls go, and what they say of users. */
export const AUDIT_SETTINGS = {
  AUDIT_SINK: setting({
    description:
      'Where the audit goes, one record for each tool call: the path of a file, with a slash in it, to which JSON lines are appended; or stdout, and then the log goes to standard error. off: no records.',
    schema: auditSink,
    example: '/var/log/mcp-on-behalf-of/audit.jsonl',
    fallback: 'off',
  }),
  AUDIT_REQUIRED: setting({
    description:
      'Whether tool calls are refused while their records cannot be written (503, audit_unavailable), before anything runs. on or off.',
    schema: values.oneOf('on', 'off'),
    example: 'on',
    fallback: 'off',
  }),
  AUDIT_USER: setting({
    description:
      'How records name users. as_is: as their tokens do. pseudonym: by a keyed pseudonym, which the log line of a request has too.',
    schema: values.oneOf('as_is', 'pseudonym'),
    example: 'as_is',
    fallback: 'as_is',
  }),
  AUDIT_PSEUDONYM_KEY: setting({
    description:
      'The key of the pseudonyms, 32 random characters or more (openssl rand -hex 32), the same in all instances. Or AUDIT_PSEUDONYM_KEY_FILE.',
    schema: values.longSecret,
    example: 'replace-me-by-64-random-hex-digits',
    secret: true,
  }),
} as const satisfies Record<string, Setting<unknown>>

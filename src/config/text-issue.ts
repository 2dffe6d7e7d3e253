/** Where a text comes from, which decides how much can be told from it. */
export interface TextKind {
  /** A secret may hold nearly anything. */
  readonly secret: boolean
  /** The content of a file of its own: nothing in there is syntax. */
  readonly fromFile: boolean
  /** Quotes are part of what it says. Default false. */
  readonly quotes?: boolean | undefined
}

const PAIRS = ['""', "''", '``', '“”', '„“', '‘’', '«»']
const QUOTE = /["'`“”„‘’«»]/
/** Control and format characters: nobody sees them. Line breaks and tabs may stand in keys. */
const INVISIBLE = /[^\P{C}\n\r\t]|\uFFFD/u
/** `${VAR}`, `$(command)`, `{{ template }}`, `%VAR%`: written by nobody who wants these very characters. */
const UNEXPANDED =
  /^(?:\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|%[A-Z][A-Z0-9_]*%|\$[A-Z][A-Z0-9_]*)$/
const UNEXPANDED_WITHIN = /\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|%[A-Z][A-Z0-9_]{2,}%/
/** `<YOUR_CLIENT_ID>`, `{yourDomain}`, `[client id]`. */
const BLANK = /^(?:<[^<>]*>|\{[\w .-]+\}|\[[\w .-]+\])$/
const BLANK_WITHIN = /<[^<>]*>|\{your[\w .-]*\}/i
const YOURS =
  /(?:^|[^a-z0-9])your[-_ ]?(?:own[-_ ]?)?(?:mcp[-_ ]?|auth0[-_ ]?|api[-_ ]?|exchange[-_ ]?)?(?:tenant|domain|issuer|client|secret|api|audience|server|identifier|key|url|id)(?:$|[^a-z])/i
const ELLIPSIS = /…|\.\.\.$/

/** Says what to change about a text that cannot be right for any setting; `undefined` where none is found. */
export function textIssue(text: string, kind: TextKind): string | undefined {
  return (
    quoteIssue(text, kind) ??
    (INVISIBLE.test(text) && !isForeignFile(text, kind)
      ? 'holds a character that cannot be seen, or one in another encoding than UTF-8. Type the value anew in place of pasting it'
      : undefined) ??
    commentIssue(text, kind) ??
    placeholderIssue(text, kind)
  )
}

/** A bundle of certificates holds comments of other people, in encodings of other people. */
function isForeignFile(text: string, { fromFile }: TextKind): boolean {
  return fromFile && text.includes('-----BEGIN ')
}

function quoteIssue(text: string, kind: TextKind): string | undefined {
  const { secret, fromFile, quotes = false } = kind
  if (quotes && QUOTE.test(text.slice(1, -1))) return undefined
  const [first, last] = [text.charAt(0), text.charAt(text.length - 1)]
  if (text.length > 1 && PAIRS.includes(first + last)) {
    return 'has quotes around its value that are part of it. Remove them: `docker run --env-file` and other tools keep quotes, unlike .env as this server reads it'
  }
  if (quotes || fromFile || !(QUOTE.test(first) || QUOTE.test(last))) return undefined
  return `has a quote at one end. Remove it${secret ? UNLESS_MEANT : ''}`
}

function commentIssue(text: string, { secret, fromFile }: TextKind): string | undefined {
  if (fromFile || !/\s#|^#(?:\s|$)/.test(text)) return undefined
  return `has a comment (#) that is part of its value: comments are left out of .env alone. Remove it${secret ? UNLESS_MEANT : ''}`
}

const UNLESS_MEANT =
  '. If it belongs to the secret, put the secret in a file, and name that in the same setting with _FILE behind it'

function placeholderIssue(text: string, kind: TextKind): string | undefined {
  const secret = kind.secret || isForeignFile(text, kind)
  if (UNEXPANDED.test(text) || (!secret && UNEXPANDED_WITHIN.test(text))) {
    return 'is a reference that nobody has put a value in for. This server expands no variables: write the value itself'
  }
  const blank = BLANK.test(text) || YOURS.test(text)
  if (blank || (!secret && (BLANK_WITHIN.test(text) || ELLIPSIS.test(text)))) {
    return 'is still a placeholder. Put your own value in its place'
  }
  return undefined
}

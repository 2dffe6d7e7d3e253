/** Answers that say that this server is not the one to ask, or not now. */
const NOT_NOW =
  /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|NOREPLICAS|NOAUTH|WRONGPASS)\b/

/** Of a value, not of the server: something else lies there. Redis 6 puts words in front of it where a script meets it. */
const OTHER_TYPE = /\bWRONGTYPE\b/

/** What an error answer of the server says: of the server as a whole, of one value, or that it does not do this. */
export function answerKind({ message }: Error): 'not_now' | 'other_type' | 'refusal' {
  if (NOT_NOW.test(message)) return 'not_now'
  return OTHER_TYPE.test(message) ? 'other_type' : 'refusal'
}

/** Whether it says that the server takes no new value, while it still does what needs none. */
export function saysNoWrites({ message }: Error): boolean {
  return /\b(?:OOM|MISCONF)\b/.test(message)
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /NOPERM|can't run this command|can't access/,
    'The user of STORE_URL lacks a permission at the store: give it the commands, keys and channels that docs/operations.md lists.',
  ],
  [
    /WRONGPASS|NOAUTH|invalid password/,
    'The store does not take the password: correct STORE_PASSWORD, or the user of STORE_URL.',
  ],
  [
    /max number of clients/,
    'The store takes no more connections: raise its maxclients, or see who holds them. Each instance needs two.',
  ],
  [
    /READONLY/,
    'The store is a replica, which takes no values: STORE_URL has to lead to its master.',
  ],
  [
    /\bMOVED\b|\bASK\b/,
    'The store is a node of a cluster: STORE_URL has to begin with redis+cluster://.',
  ],
  [
    /^the client of the store answers with/,
    'Give createRedisStore a client of a version that package.json of this library allows, as it is: without a change of types.',
  ],
  [/OOM/, 'The memory of the store is full: raise its maxmemory, or see what fills it.'],
  [
    /MISCONF/,
    'The store cannot write to its disk: see its own log. It needs none for this: it can be run with --save "" --appendonly no.',
  ],
  [
    /DB index is out of range|invalid DB index/,
    'The store has no such database: correct the number at the end of STORE_URL.',
  ],
  [
    /self.signed certificate|unable to (?:get|verify)|certificate/i,
    'The certificate of the store is not trusted: name who signed it with CA_CERTIFICATES, or correct the host of STORE_URL.',
  ],
  [
    /wrong version number|packet length too long|record layer/i,
    'The store does not speak TLS at this port: STORE_URL has to begin with redis in place of rediss, or name another port.',
  ],
  [
    /Connection timeout|ETIMEDOUT/,
    'Nothing answers at the host and port of STORE_URL: check the network, and whether the store speaks TLS there (rediss) or not (redis).',
  ],
  [
    /ENOTFOUND|EAI_AGAIN/,
    'No such host is known: correct the host of STORE_URL, or the DNS that this server asks.',
  ],
  [
    /ECONNREFUSED/,
    'Nothing listens at the host and port of STORE_URL: start the store, or correct them.',
  ],
  [
    /cluster support disabled/i,
    'The store is no cluster: STORE_URL has to begin with redis in place of redis+cluster.',
  ],
  [
    /No such master with that name/i,
    'The sentinels do not know the name at the end of STORE_URL: correct it.',
  ],
]

/** What any store that is gone for a while leads to: nobody need change anything. */
const PASSES = /ECONNREFUSED|Connection timeout|ETIMEDOUT/

/** Whether it will not pass by itself. */
export function needsRemedy(error: unknown): boolean {
  return answerHint(error) !== undefined && !textsOf(error).some((text) => PASSES.test(text))
}

/** What an operator has to change, where an answer of the server says so. */
export function answerHint(error: unknown): string | undefined {
  const texts = textsOf(error)
  return HINTS.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1]
}

function textsOf(error: unknown): readonly string[] {
  const texts: string[] = []
  for (let each = error; each instanceof Error; each = each.cause) {
    // Of what was tried at several addresses, the message is empty.
    texts.push(each.message, String((each as { readonly code?: unknown }).code))
  }
  return texts
}

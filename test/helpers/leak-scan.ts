import type { RequestListener } from 'node:http'

// Header, claims and a signature: a JWT that somebody could use.
const TOKEN = /eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}/
const SECRETS = [
  'secret-of-the-mcp-server',
  'development-only-secret-of-the-mcp-server',
  'development-only-secret-of-the-custom-mcp-server',
]

const written: { readonly where: string; readonly text: string }[] = []

/** Keeps what was written to a log or to a client, for the scan at the end of the test file. */
export function keepForScan(where: string, text: string): void {
  written.push({ where, text })
}

/** Everything written so far that holds a token or a secret; forgets what it has looked at. */
export function leaks(): readonly string[] {
  return written
    .splice(0)
    .filter(({ text }) => TOKEN.test(text) || SECRETS.some((secret) => text.includes(secret)))
    .map(({ where, text }) => `${where}: ${text.slice(0, 300)}`)
}

/** Throws where anything written since the last look holds a token or a secret. */
export function assertNoLeaks(): void {
  const found = leaks()
  if (found.length > 0) throw new Error(`tokens or secrets got out:\n${found.join('\n')}`)
}

/** Passes requests on and keeps every answer, headers and body. */
export function scanned(handler: RequestListener): RequestListener {
  return (req, res) => {
    const chunks: Buffer[] = []
    const [write, end] = [res.write.bind(res), res.end.bind(res)]
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    }
    res.write = ((chunk: unknown, ...rest: never[]) => {
      keep(chunk)
      return write(chunk, ...rest)
    }) as typeof res.write
    res.end = ((chunk: unknown, ...rest: never[]) => {
      keep(chunk)
      return end(chunk as string, ...rest)
    }) as typeof res.end
    res.once('close', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      keepForScan('answer', `${JSON.stringify(res.getHeaders())}\n${body}`)
    })
    handler(req, res)
  }
}

export interface ListeningNotice {
  readonly endpoint: URL
  /** Whether the server has its page for people. */
  readonly homePage: boolean
}

interface Output {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** Tells a person at a terminal where the server listens; writes nothing where the output is no terminal. */
export function tellListening({ endpoint, homePage }: ListeningNotice, output: Output): void {
  if (output.isTTY !== true) return
  const page = homePage ? `, page at ${new URL('/', endpoint).href}` : ''
  output.write(`Listening on ${endpoint.href}${page}\n`)
}

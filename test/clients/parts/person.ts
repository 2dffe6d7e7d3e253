import { setTimeout } from 'node:timers/promises'
import { signIn } from '../../../apps/development/sign-in.js'

/** The person in front of a client: signs in where the client sends them, and keeps count. */
export class Person {
  /** The `scope` of each sign-in, in order. */
  readonly signIns: string[] = []
  readonly username: string

  constructor(username: string) {
    this.username = username
  }

  /** Signs in and consents; returns the client's callback, which is not called. */
  async signIn(authorizationUrl: URL): Promise<URL> {
    this.signIns.push(authorizationUrl.searchParams.get('scope') ?? '')
    return signIn({ authorizationUrl, username: this.username })
  }

  /** Does the same and goes on to the callback, as a browser would. */
  async visit(authorizationUrl: URL): Promise<void> {
    const callback = await this.signIn(authorizationUrl)
    const response = await open(callback)
    await response.text()
    if (!response.ok) throw new Error(`the client's callback answered ${response.status}`)
  }
}

const PATIENCE_MS = 10_000
const RELOAD_MS = 20

/** Some clients open the browser first and listen for the callback then: a person is never that quick. */
async function open(callback: URL): Promise<Response> {
  const start = performance.now()
  for (;;) {
    try {
      return await fetch(callback)
    } catch (error) {
      if (!isRefusedConnection(error) || performance.now() - start > PATIENCE_MS) throw error
      await setTimeout(RELOAD_MS)
    }
  }
}

function isRefusedConnection(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

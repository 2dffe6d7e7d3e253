import type { Claims } from '../../src/identity/caller.js'

const LABEL_WIDTH = 34

export function heading(text: string): void {
  process.stdout.write(`\n${text}\n${'-'.repeat(text.length)}\n`)
}

export function line(label: string, value: string): void {
  process.stdout.write(`${label.padEnd(LABEL_WIDTH)} ${value}\n`)
}

/** Prints who a token is for, of whom, through whom and with what scopes. */
export function hop(label: string, claims: Claims): void {
  line(label, '')
  line('  audience', shown(claims['aud']))
  line('  subject', shown(claims['sub']))
  line('  actor', actorChain(claims).join(' <- ') || 'none')
  line('  scopes', shown(claims['scope']))
}

/** Prints whether something held, and returns it. */
export function check(label: string, held: boolean): boolean {
  process.stdout.write(`${held ? '  ok    ' : '  WRONG '}${label}\n`)
  return held
}

/** The subjects of an `act` claim, outermost first (RFC 8693 §4.1). */
export function actorChain(claims: Claims): readonly string[] {
  const chain: string[] = []
  let act: unknown = claims['act']
  while (typeof act === 'object' && act !== null && 'sub' in act && typeof act.sub === 'string') {
    chain.push(act.sub)
    act = 'act' in act ? act.act : undefined
  }
  return chain
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value)
}

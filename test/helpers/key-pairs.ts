import { generateKeyPair, type CryptoKey } from 'jose'
import { TestRunner } from 'vitest'

export interface KeyPair {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
}

/** Those that nobody has now, by algorithm. */
const free = new Map<string, KeyPair[]>()
/** Give back what was made outside of tests, as in `beforeAll`. */
const atEndOfFile: (() => void)[] = []

/**
 * A key pair that can be exported, and that nobody else has at the time. Making an RSA key takes up to half a second of a processor: when
 * the test is over, or the file for what comes before its tests, another one gets it.
 */
export async function keyPairForTest(alg: string): Promise<KeyPair> {
  const pairs = free.get(alg) ?? []
  free.set(alg, pairs)
  const pair = pairs.pop() ?? (await generateKeyPair(alg, { extractable: true }))
  const giveBack = (): void => void pairs.push(pair)
  const test = TestRunner.getCurrentTest()
  if (test === undefined) atEndOfFile.push(giveBack)
  else test.context.onTestFinished(giveBack)
  return pair
}

/** For the end of each test file. */
export function giveBackKeyPairs(): void {
  for (const giveBack of atEndOfFile.splice(0)) giveBack()
}

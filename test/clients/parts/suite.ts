import { afterEach, expect, test } from 'vitest'
import { CLIENTS, type ClientName } from './clients.js'
import { committedResults, writeResults, type Measurement } from './results.js'
import { startStand, type Stand } from './stand.js'

type Scenario = Measurement['scenario']

/** Measures one client: what its tests record is what the committed results have to say. */
export class Suite {
  readonly #client: ClientName
  readonly #measured: Measurement[] = []
  #stand: Stand | undefined

  constructor(client: ClientName) {
    this.#client = client
    afterEach(async () => {
      const stand = this.#stand
      this.#stand = undefined
      await stand?.close()
    })
  }

  /** A stand that is closed after the test. */
  async start(options?: Parameters<typeof startStand>[0]): Promise<Stand> {
    this.#stand = await startStand(options)
    return this.#stand
  }

  record(setting: string, scenario: Scenario, outcome: Measurement['outcome']): void {
    if (this.#stand === undefined) throw new Error('nothing was started')
    const { observed, person } = this.#stand
    this.#measured.push({
      ...{ setting, scenario, protocol: observed.revision(), outcome },
      ...{ signIns: person.signIns.length, refusals: [...observed.refusals()] },
    })
  }

  /** Declares the last test of the file: the committed results are those measured. */
  compare(): void {
    test('the committed results are those measured (WRITE_RESULTS=1 writes them anew)', async () => {
      const results = { version: CLIENTS[this.#client](), measured: this.#measured }
      await writeResults(this.#client, results)
      expect(committedResults()[this.#client]).toEqual(results)
    })
  }
}

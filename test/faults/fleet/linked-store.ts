import type { StoreLinkQuestion, StoreLinkState } from '../children/store-link.js'
import { StartedProcess } from '../processes/started-process.js'
import { FleetStore, startedRedis, type FleetStoreParts } from './fleet-store.js'

/** A Redis that the instances reach by a connection that can be slow, or lead nowhere. */
export class LinkedStore extends FleetStore {
  readonly #link: StartedProcess

  private constructor(parts: FleetStoreParts, link: StartedProcess) {
    super(parts)
    this.#link = link
  }

  static override async open(): Promise<LinkedStore> {
    const { redis, port } = await startedRedis()
    const link = new StartedProcess({
      program: 'test/faults/children/store-link.ts',
      nodeArguments: ['--import', 'tsx'],
    })
    const listen: StoreLinkQuestion = { kind: 'listen', target: port }
    const at = (await link.ask(listen)) as number
    return new LinkedStore({ redis, port, url: `redis://127.0.0.1:${at}` }, link)
  }

  async change(state: StoreLinkState): Promise<void> {
    await this.#link.ask({ kind: 'change', state } satisfies StoreLinkQuestion)
  }

  override async close(): Promise<void> {
    await this.#link.kill()
    await super.close()
  }
}

/** The store of a case, which is reached by a connection of this kind. */
export function linkedStoreOf({ store }: { readonly store: FleetStore }): LinkedStore {
  if (!(store instanceof LinkedStore)) throw new Error('the store of this case has no link')
  return store
}

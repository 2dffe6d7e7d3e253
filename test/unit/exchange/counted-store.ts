import type { Store } from '../../../src/store/store.js'

type Command = 'get' | 'set' | 'delete' | 'run'

/** One process's way to a store: it counts what is asked, and a test can hold it up or cut it off. */
export class CountedStore {
  /** Each command, with the kind of its key. */
  readonly commands: string[] = []
  /** Waited for before each command; what it throws is the answer. */
  before: (command: Command) => void | Promise<void> = () => undefined
  readonly store: Store

  constructor(shared: Store) {
    const asked = async <T>(command: Command, key: string, ask: () => Promise<T>): Promise<T> => {
      this.commands.push(`${command} ${key.slice(0, 2)}`)
      await this.before(command)
      return ask()
    }
    this.store = {
      get: (key) => asked('get', key, () => shared.get(key)),
      set: (key, value, options) => asked('set', key, () => shared.set(key, value, options)),
      delete: (...keys) => asked('delete', keys.join(' '), () => shared.delete(...keys)),
      run: (script, call) => asked('run', call.keys.join(' '), () => shared.run(script, call)),
      publish: (channel, message) => shared.publish(channel, message),
      subscribe: (channel, listener) => shared.subscribe(channel, listener),
      close: () => shared.close(),
    }
  }
}

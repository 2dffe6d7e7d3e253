import { readOne } from './read-one.js'

/** A process of its own, which is sent the documents one by one: one that hangs or runs out of memory costs only itself. */
// The compiler of schemas prints a line for each format that it does not know.
Reflect.set(console, 'warn', () => undefined)
process.on('message', ({ path, file }: { readonly path: string; readonly file: string }) => {
  process.send?.(readOne(path, file))
})

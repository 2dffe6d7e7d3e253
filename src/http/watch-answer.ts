import type { ServerResponse } from 'node:http'

/** Shows every part of an answer to `see`, as it is given to `write` and `end`, and changes nothing in it. */
export function watchAnswer(res: ServerResponse, see: (chunk: unknown) => void): void {
  const write = res.write.bind(res)
  const end = res.end.bind(res)
  res.write = ((chunk: unknown, ...rest: never[]) => {
    see(chunk)
    return write(chunk, ...rest)
  }) as typeof write
  res.end = ((chunk: unknown, ...rest: never[]) => {
    see(chunk)
    return end(chunk as string, ...rest)
  }) as typeof end
}

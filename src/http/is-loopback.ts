const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether a URL's host is this machine: `localhost`, `127.0.0.0/8` or `[::1]`, by name alone. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname)
}

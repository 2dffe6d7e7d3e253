// A mistake on purpose, to see that the judge finds it: keeps something of every request for ever.
import { subscribe } from 'node:diagnostics_channel'

const kept = []

subscribe('http.server.request.start', ({ request }) => {
  kept.push({ at: Date.now(), headers: { ...request.headers } })
})

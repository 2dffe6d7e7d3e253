import { Server, type AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { startStack } from '../../apps/development/start-stack.js'
import { RecordingLog } from '../helpers/recording-log.js'

test('the three servers of the development set-up listen at loopback addresses alone', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen')
  const stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: new RecordingLog(),
  })
  const addresses = (listen.mock.contexts as readonly Server[])
    .filter((server) => server.listening)
    .map((server) => (server.address() as AddressInfo).address)
  listen.mockRestore()
  await stack.close()
  expect(addresses.length).toBeGreaterThanOrEqual(3)
  expect(addresses.filter((address) => address !== '127.0.0.1' && address !== '::1')).toEqual([])
})

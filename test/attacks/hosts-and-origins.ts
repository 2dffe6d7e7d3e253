import { expecting, type Attack, type Target } from './attack.js'
import { sendRequest, sendBytes, requestText, type RequestChanges } from './send-request.js'

type Value = string | ((target: Target) => string)

function withGoodToken(name: string, changes: (target: Target) => RequestChanges): Attack {
  return {
    name,
    needs: ['good token'],
    send: async (target) =>
      sendRequest(target, { ...changes(target), token: await target.goodToken() }),
  }
}

function resolved(value: Value, target: Target): string {
  return typeof value === 'function' ? value(target) : value
}

const HOSTS: readonly (readonly [string, Value])[] = [
  ['of the attacker', 'evil.example'],
  ["of the attacker, with the server's port", ({ endpoint }) => `evil.example:${endpoint.port}`],
  ["below a name of the attacker's", ({ endpoint }) => `${endpoint.hostname}.evil.example`],
  ["with the server's name behind", ({ endpoint }) => `evil.example.${endpoint.hostname}`],
  ['with a dot behind', ({ endpoint }) => `${endpoint.hostname}.:${endpoint.port}`],
  ['with userinfo in front', ({ endpoint }) => `evil.example@${endpoint.host}`],
  ['with a path behind', ({ endpoint }) => `${endpoint.hostname}/evil.example`],
  ['with a query behind', ({ endpoint }) => `${endpoint.hostname}?evil.example`],
  ['with a number sign behind', ({ endpoint }) => `${endpoint.hostname}#evil.example`],
  ['with a backslash behind', ({ endpoint }) => `${endpoint.hostname}\\evil.example`],
  ['in a list', ({ endpoint }) => `${endpoint.host}, evil.example`],
  ['in a list, the attacker first', ({ endpoint }) => `evil.example, ${endpoint.host}`],
  ['as a URL', ({ endpoint }) => endpoint.origin],
  ['of all addresses', '0.0.0.0'],
  ['of a cloud', '169.254.169.254'],
  ['empty', ''],
]

const ORIGINS: readonly (readonly [string, Value])[] = [
  ['of the attacker', 'https://evil.example'],
  ['null', 'null'],
  ["below a name of the attacker's", ({ endpoint }) => `http://${endpoint.hostname}.evil.example`],
  ['with userinfo', ({ endpoint }) => `http://${endpoint.hostname}@evil.example`],
  ["with the server's host as userinfo", ({ endpoint }) => `http://${endpoint.host}@evil.example`],
  [
    "with the attacker's host as userinfo",
    ({ endpoint }) => `http://evil.example@${endpoint.host}`,
  ],
  ["with the server's host as fragment", ({ endpoint }) => `http://evil.example#${endpoint.host}`],
  ['with a slash behind', ({ endpoint }) => `${endpoint.origin}/`],
  ['of a file', 'file://'],
  ['of an extension', 'chrome-extension://abcdefghijklmnop'],
  ['in a list', ({ endpoint }) => `${endpoint.origin}, https://evil.example`],
  ['in upper case', ({ endpoint }) => endpoint.origin.toUpperCase()],
  ['empty', ''],
  ['of another scheme', ({ endpoint }) => `ftp://${endpoint.host}`],
]

const doubled: readonly Attack[] = [
  {
    name: 'two Host headers',
    needs: ['good token'],
    send: async (target) =>
      sendBytes(
        target,
        requestText(target, [
          'Host: evil.example',
          `Authorization: Bearer ${await target.goodToken()}`,
        ]),
      ),
  },
  {
    name: 'two Origin headers',
    needs: ['good token'],
    send: async (target) =>
      sendBytes(
        target,
        requestText(target, [
          `Origin: ${target.endpoint.origin}`,
          'Origin: https://evil.example',
          `Authorization: Bearer ${await target.goodToken()}`,
        ]),
      ),
  },
]

/** A good token under a name that is not the server's, as after DNS rebinding; for the MCP server. */
export const hostAndOriginValidation = expecting({ status: [400, 403] }, [
  ...HOSTS.map(([name, host]) =>
    withGoodToken(`a Host ${name}`, (target) => ({ host: resolved(host, target) })),
  ),
  ...ORIGINS.map(([name, origin]) =>
    withGoodToken(`an Origin ${name}`, (target) => ({
      headers: [['Origin', resolved(origin, target)]],
    })),
  ),
  ...doubled,
])

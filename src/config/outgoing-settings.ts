import { setting, type Setting } from './setting.js'
import * as values from './outgoing-values.js'

/** How this server reaches others: the authorization server and the API. */
export const OUTGOING_SETTINGS = {
  HTTPS_PROXY: setting({
    description:
      'The proxy through which https URLs are reached, for the keys, the exchange and the API alike. With user name and password where it wants them: http://user:password@proxy.example.com:3128. https_proxy is read as well, and counts first. Or HTTPS_PROXY_FILE.',
    schema: values.proxyUrl,
    example: 'http://proxy.example.com:3128',
    secret: true,
    alias: 'https_proxy',
  }),
  HTTP_PROXY: setting({
    description:
      'The same for http URLs, which are reached by CONNECT too. http_proxy is read as well, and counts first. Or HTTP_PROXY_FILE.',
    schema: values.proxyUrl,
    example: 'http://proxy.example.com:3128',
    secret: true,
    alias: 'http_proxy',
  }),
  NO_PROXY: setting({
    description:
      'What is reached without the proxy, separated by spaces or commas: hosts, with all below them, addresses and subnets, each with :port where only that is meant; * for everything. This machine always is. no_proxy is read as well, and counts first.',
    schema: values.proxyBypass,
    example: 'internal.example.com 10.0.0.0/8',
    fallback: '',
    alias: 'no_proxy',
  }),
  CA_CERTIFICATES: setting({
    description:
      'Certificate authorities to trust beside those of Node.js, PEM, one behind the other: for a private one, or a proxy that looks into TLS. Or CA_CERTIFICATES_FILE: the path of a file that holds them.',
    schema: values.certificates,
    example: '-----BEGIN CERTIFICATE-----',
    fallback: '',
    file: true,
  }),
} as const satisfies Record<string, Setting<unknown>>

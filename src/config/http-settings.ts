import { HTTP_DEFAULTS } from '../limits/http-limits.js'
import { DEFAULT_MOUNT } from '../mcp/mount.js'
import { toolLimits } from './tool-limit-values.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Where the server listens, and what it lets come near. */
export const HTTP_SETTINGS = {
  PORT: setting({
    description: 'The port to listen on.',
    schema: values.port,
    example: '3001',
    fallback: '3001',
  }),
  HOST: setting({
    description:
      'The address to listen on. localhost: both loopback addresses, 127.0.0.1 and ::1. 0.0.0.0 opens the server to other machines.',
    schema: values.listenHost,
    example: 'localhost',
    fallback: 'localhost',
  }),
  MCP_SERVER_URL: setting({
    description:
      'The public URL under which clients reach this server; the MCP endpoint is /mcp below it. A trailing slash is meaningless.',
    schema: values.serverUrl,
    absent: 'http://localhost:PORT',
    example: 'http://localhost:3001',
  }),
  METADATA_LOCATION: setting({
    description:
      'Where challenges say that the protected-resource metadata is, if MCP_SERVER_URL has a path. host: at the root of the host, as RFC 9728 has it. path: below that path, for a proxy that passes on nothing else. It is served at both.',
    schema: values.oneOf('host', 'path'),
    example: 'host',
    fallback: 'host',
  }),
  ALLOWED_HOSTS: setting({
    description:
      'Further values of the Host header to accept, separated by spaces or commas, each as host or host:port, without wildcards. The host of MCP_SERVER_URL always is.',
    schema: values.hostList,
    example: 'mcp.internal:3001',
    fallback: '',
  }),
  ALLOWED_ORIGINS: setting({
    description:
      'Further origins of browser clients, extensions and desktop applications to accept, separated by spaces or commas, whatever their scheme (chrome-extension://…). Those of this machine are while MCP_SERVER_URL is on it. null and wildcards are not accepted.',
    schema: values.originList,
    example: 'https://inspector.example.com',
    fallback: '',
  }),
  TRUST_PROXY: setting({
    description:
      'Which proxies in front may tell the client address (X-Forwarded-For): a number of hops, or addresses and subnets separated by spaces or commas. 0: none.',
    schema: values.trustedProxies,
    example: '1',
    fallback: '0',
  }),
  RATE_LIMIT_PER_ADDRESS: setting({
    description: 'Requests a minute from one address, before authentication. 0: no limit.',
    schema: values.integerBetween(0, 10_000_000),
    example: '600',
    fallback: `${HTTP_DEFAULTS.rateLimitPerAddress}`,
  }),
  PUBLIC_RATE_LIMIT_PER_ADDRESS: setting({
    description:
      'Messages a minute from one address that are served without a token, if PUBLIC_TOOLS names a tool; those of a batch count one by one. 0: no limit.',
    schema: values.integerBetween(0, 10_000_000),
    example: '60',
    fallback: `${HTTP_DEFAULTS.publicRateLimitPerAddress}`,
  }),
  PUBLIC_CONCURRENCY: setting({
    description:
      'Messages without a token under way at a time, of all addresses together; one address has a quarter of it.',
    schema: values.integerBetween(1, 100_000),
    example: '16',
    fallback: `${HTTP_DEFAULTS.publicConcurrency}`,
  }),
  RATE_LIMIT_PER_CALLER: setting({
    description:
      'Messages a minute from one user, through all clients together; those of a batch count one by one. 0: no limit.',
    schema: values.integerBetween(0, 10_000_000),
    example: '300',
    fallback: `${HTTP_DEFAULTS.rateLimitPerCaller}`,
  }),
  BODY_BYTES_PER_CALLER: setting({
    description:
      "Bytes of request bodies a minute from one user, as they are after decompression, and 256 more for each value in them outside of tools' arguments. 0: no limit.",
    schema: values.integerBetween(0, 1_000_000_000_000),
    example: '8388608',
    fallback: `${HTTP_DEFAULTS.bodyBytesPerCaller}`,
  }),
  CONCURRENCY_PER_CALLER: setting({
    description:
      'Messages of one user under way at a time, open streams among them, through all clients together; those of a batch count one by one. 0: no limit.',
    schema: values.integerBetween(0, 1_000_000),
    example: '64',
    fallback: `${HTTP_DEFAULTS.concurrencyPerCaller}`,
  }),
  TOOL_LIMITS: setting({
    description:
      'How often one user may call single tools, through all clients together, as entries separated by spaces: the tool, =, calls a minute, and behind a comma how many may be under way at once. 0: no limit. * stands for each tool without an entry. A call beyond that gets a tool error, before any token is exchanged.',
    schema: toolLimits,
    example: 'export_report=5,1 *=120',
    fallback: '',
  }),
  MAX_BODY_BYTES: setting({
    description:
      'The largest request body, in bytes. A larger one keeps the process busy for longer, and everybody else waits meanwhile.',
    schema: values.integerBetween(1_024, 100_000_000),
    example: '262144',
    fallback: `${HTTP_DEFAULTS.maxBodyBytes}`,
  }),
  MCP_MOUNT: setting({
    description:
      "How requests get to the MCP SDK. direct: single requests by a transport of this server, which costs less; all others by the SDK's own. sdk: all of them by the SDK's own. Both answer alike.",
    schema: values.oneOf('direct', 'sdk'),
    example: 'direct',
    fallback: DEFAULT_MOUNT,
  }),
  KEEP_ALIVE_SECONDS: setting({
    description:
      'How long a connection may be idle between two requests. It has to be longer than a load balancer in front keeps it (mostly 60), or calls now and then end in a 502.',
    schema: values.integerBetween(1, 3_600),
    example: '65',
    fallback: '65',
  }),
  DRAIN_DELAY_SECONDS: setting({
    description:
      'How long the server goes on to accept after SIGTERM, before it drains: the time that a load balancer or Kubernetes takes to send nothing more. 0: not at all.',
    schema: values.integerBetween(0, 300),
    example: '0',
    fallback: '0',
  }),
  HOME_PAGE: setting({
    description:
      'Whether / shows a page for people: how to connect a client, and every tool with its scopes, to anybody who asks. on or off.',
    schema: values.oneOf('on', 'off'),
    example: 'on',
    fallback: 'on',
  }),
  LOG_LEVEL: setting({
    description: 'The least severe log lines to write.',
    schema: values.oneOf('debug', 'info', 'warn', 'error', 'silent'),
    example: 'info',
    fallback: 'info',
  }),
  LOG_FORMAT: setting({
    description:
      'How log lines are written. json: one JSON object each. pretty: for people. auto: pretty at a terminal, json elsewhere.',
    schema: values.oneOf('auto', 'json', 'pretty'),
    example: 'json',
    fallback: 'auto',
  }),
  DANGEROUSLY_ALLOW_HTTP: setting({
    description:
      'Accepts plain-http URLs beyond this machine. Tokens then travel unencrypted: for closed test networks only.',
    schema: values.oneOf('true', 'false'),
    example: 'false',
    fallback: 'false',
  }),
} as const satisfies Record<string, Setting<unknown>>

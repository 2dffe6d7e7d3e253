import { defaultServerScopes } from './default-server-scopes.js'

export const DEFAULT_SUBJECT_TOKEN_TYPE = 'urn:mcp-on-behalf-of:access-token'

export const SETUP_USAGE = `Usage: mcp-on-behalf-of setup --domain <tenant> --api-identifier <identifier>
                              [options]

Brings an Auth0 tenant into line for token exchange and writes .env. Without
--yes it shows its plan and changes nothing.

What is set up
  --domain              the tenant's own domain, not a custom one;
                        or AUTH0_DOMAIN
  --profile             on-behalf-of (default) or custom-token-exchange
  --api-identifier      the protected API's identifier, byte for byte
  --api-url             where the API is; default: its identifier, if a URL
  --api-scopes          the API's scopes that tools need;
                        default: "read:private"
  --server-url          where clients reach the MCP server;
                        default: http://localhost:3001
  --server-identifier   the MCP server's identifier;
                        default: its endpoint, <server-url>/mcp
  --server-scopes       the MCP server's own scopes;
                        default: "${defaultServerScopes()}"
  --openapi             an OpenAPI document, in place of --api-scopes and
                        --server-scopes: the scopes that its tools need, with
                        their descriptions; scopes that are given come on top;
                        default: OPENAPI_DOCUMENT of the settings, if it is set
  --curation, --overlay of the document, as of the command tools
  --client-id           an existing client to exchange tokens as;
                        default: found, else created
  --clients             how MCP clients get in that nobody registers by hand:
                        metadata (client ID metadata documents; default),
                        registration (dynamic client registration),
                        metadata,registration, or none
  --connection          where users sign in;
                        default: Username-Password-Authentication
  --confirmation-page   fallback or always: a client to sign in as on the
                        server's confirmation page, and CONFIRMATION_PAGE
                        with that value; default: neither
  --subject-token-type  of the profile, for custom-token-exchange;
                        default: ${DEFAULT_SUBJECT_TOKEN_TYPE}

Roles and users; each option may be given several times, but for --roles
  --role NAME           a role with all scopes of both APIs
  --role "NAME=scope …" a role with these scopes
  --roles quickstart    the two roles of Auth0's quickstarts
  --assign EMAIL=ROLE   gives a user a role

What is done
  --dry-run             show the plan, change nothing; exit code 0
  --yes                 carry out the plan
  --remove              undo it all: the plan is what to undo and to delete;
                        with the other options as they were
  --export TOOL         print the plan for an empty tenant, as files for
                        terraform or deploy-cli; asks no tenant
  --output DIR          write those files there
  --settings-file       where to write the settings; default: .env
  --no-settings-file    write none
  --force               replace these files if they say something else

Where access comes from; no secret is taken on the command line
  --token-file, --token-stdin, AUTH0_MANAGEMENT_TOKEN: a Management API token
  AUTH0_MANAGEMENT_CLIENT_ID and AUTH0_MANAGEMENT_CLIENT_SECRET: a client that
  is authorized for the Management API. Both secrets also as …_FILE.

Exit code 0: everything is in line, or was brought into line; or --dry-run.
1: there is something to do and no --yes, or it failed. 2: wrong usage.
`

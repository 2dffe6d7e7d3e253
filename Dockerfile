# Targets: mcp-server (the default), api, authorization-server. The first two are for production: compiled JavaScript,
# production dependencies, no package manager. The last signs anyone in as anyone and is for development alone.

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM dependencies AS build
COPY tsconfig*.json ./
COPY src/ src/
COPY middleware/ middleware/
COPY routes/ routes/
COPY cli/ cli/
COPY apps/ apps/
RUN npm run build \
  && npx tsc -p apps/tsconfig.build.json \
  && cp apps/authorization-server/directory.json dist-apps/apps/authorization-server/ \
  && cp apps/downstream-api/openapi.yaml dist-apps/apps/downstream-api/

# Declarations, source maps and documents of packages are of no use to a process.
FROM node:24-slim AS production-dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# The optional peers that STORE_URL and POLICY_FILE ask for, in the versions of the lock file.
COPY --from=dependencies /app/node_modules/redis/ node_modules/redis/
COPY --from=dependencies /app/node_modules/@redis/ node_modules/@redis/
COPY --from=dependencies /app/node_modules/@cedar-policy/ node_modules/@cedar-policy/
RUN find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \
    -o -iname 'readme*.md' -o -iname 'changelog*.md' \) -delete

# Node.js alone: nothing to install software with, no headers. Copied as a whole, or what is removed would
# still be in a layer below.
FROM node:24-slim AS runtime-files
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/share /opt/yarn* /root/.cache /home/node/.cache \
  /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/yarn /usr/local/bin/yarnpkg /usr/local/bin/corepack

FROM scratch AS runtime
COPY --from=runtime-files / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  NODE_ENV=production \
  HOST=0.0.0.0
WORKDIR /app
COPY package.json ./
COPY --from=production-dependencies /app/node_modules/ node_modules/
USER node

# Published on loopback alone by the compose files.
FROM runtime AS api
ENV PORT=8787 \
  DANGEROUSLY_ALLOW_OTHER_MACHINES=true
COPY --from=build /app/dist-apps/src/ src/
COPY --from=build /app/dist-apps/middleware/ middleware/
COPY --from=build /app/dist-apps/apps/shared/ apps/shared/
COPY --from=build /app/dist-apps/apps/downstream-api/ apps/downstream-api/
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/downstream-api/main.js"]

FROM node:24-slim AS authorization-server
ENV NODE_ENV=development \
  HOST=0.0.0.0 \
  DANGEROUSLY_ALLOW_OTHER_MACHINES=true \
  PORT=9000
WORKDIR /app
COPY --from=dependencies /app/node_modules/ node_modules/
COPY package.json ./
COPY --from=build /app/dist-apps/src/ src/
COPY --from=build /app/dist-apps/apps/shared/ apps/shared/
COPY --from=build /app/dist-apps/apps/authorization-server/ apps/authorization-server/
USER node
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/.well-known/openid-configuration`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/authorization-server/main.js"]

FROM runtime AS mcp-server
# The MCP registry knows by it whose image this is.
LABEL io.modelcontextprotocol.server.name=io.github.mcp-on-behalf-of/mcp-on-behalf-of
ENV PORT=3001
COPY --from=build /app/dist/ dist/
EXPOSE 3001
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/main.js", "serve"]

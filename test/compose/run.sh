#!/bin/sh
# Brings docker-compose.yml up with nothing configured, probes it, and takes it down whatever comes of it.
set -eu
cd "$(dirname "$0")/../.."
export COMPOSE_PROJECT_NAME="${COMPOSE_PROJECT_NAME:-mcp-on-behalf-of-test}"
trap 'docker compose down --volumes --remove-orphans' EXIT
docker compose up --detach --build --wait --wait-timeout 240
node --import tsx test/compose/probe.ts

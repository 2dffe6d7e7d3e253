#!/bin/sh
# Brings docker-compose.yml up with nothing configured, or with `fleet` compose/fleet/; probes it, and takes it down whatever comes
# of it.
set -eu
cd "$(dirname "$0")/../.."
export COMPOSE_PROJECT_NAME="${COMPOSE_PROJECT_NAME:-mcp-on-behalf-of-test}"
case "${1:-}" in
  '') probe=probe.ts ;;
  fleet) probe=fleet-probe.ts ;;
  *) echo "usage: $0 [fleet]" >&2; exit 2 ;;
esac
compose() {
  if [ "$probe" = probe.ts ]; then docker compose "$@"
  else docker compose --project-directory . -f compose/fleet/services.yml "$@"; fi
}
trap 'compose down --volumes --remove-orphans' EXIT
compose up --detach --build --wait --wait-timeout 240
node --import tsx "test/compose/$probe"

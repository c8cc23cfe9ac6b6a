#!/bin/sh
# Prints a fresh set of secrets, one NAME=value a line, for compose (.env) and Kubernetes (--from-env-file). Needs openssl.
# Run it once for a bank: other passwords do not open a database that was made with the first ones.
set -eu
umask 077

password() { openssl rand -hex 24; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The last 32 bytes of the DER forms of an Ed25519 key are the key itself.
openssl genpkey -algorithm ed25519 -outform DER -out "$work/private"
openssl pkey -inform DER -in "$work/private" -pubout -outform DER -out "$work/public"
d=$(tail -c 32 "$work/private" | base64url)
x=$(tail -c 32 "$work/public" | base64url)

for service in CUSTOMER LEDGER SAVINGS LENDING CLEARING RECONCILIATION COUNTER; do
    echo "HUITONG_ROLE_PASSWORD_$service=$(password)"
done
cat <<END
HUITONG_OWNER_PASSWORD=$(password)
HUITONG_BROKER_PASSWORD=$(password)
HUITONG_GRAFANA_PASSWORD=$(password)
HUITONG_SERVICE_KEY=$(password)
HUITONG_TOKEN_PRIVATE_KEY={"kty":"OKP","crv":"Ed25519","x":"$x","d":"$d"}
HUITONG_TOKEN_PUBLIC_KEY={"kty":"OKP","crv":"Ed25519","x":"$x"}
END

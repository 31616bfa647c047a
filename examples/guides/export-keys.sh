#!/bin/sh
# Writes the authority's public keys as keys/1.pem to keys/3.pem, for programs that take PEM alone.
set -eu
mkdir -p keys
curl -fsS http://localhost:3001/.well-known/jwks.json >keys/jwks.json
for number in 1 2 3; do
  # Where there are fewer keys the first stands in for them.
  node -pe "const { keys } = JSON.parse(fs.readFileSync('keys/jwks.json')); JSON.stringify(keys[$number - 1] ?? keys[0])" |
    npx signet key export - --public --format pem >"keys/$number.pem"
done

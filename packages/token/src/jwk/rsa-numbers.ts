/**
 * Whether the numbers of a private RSA key belong together (RFC 8017 3.2). OpenSSL signs with the
 * factors alone, so that a wrong `d` would go unnoticed until another program uses it.
 */
export function isConsistentRsa(jwk: Readonly<Record<string, string>>): boolean {
  const read = (name: string) =>
    BigInt(`0x${Buffer.from(jwk[name] ?? '', 'base64url').toString('hex') || '0'}`)
  const [n, e, d, p, q] = [read('n'), read('e'), read('d'), read('p'), read('q')]
  if (p <= 2n || q <= 2n || p * q !== n) return false
  return (
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    read('dp') === d % (p - 1n) &&
    read('dq') === d % (q - 1n) &&
    (read('qi') * q) % p === 1n
  )
}

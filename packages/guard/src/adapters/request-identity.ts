import type { Identity } from '../identity.ts'

/** Puts the identity where the frameworks' users look for it. */
export function setIdentity(request: object, identity: Identity): void {
  const holder: { identity?: unknown } = request
  holder.identity = identity
}

/** The identity that `protect` put on a request, or null where an optional route has none. */
export function findIdentity(request: object): Identity | null {
  const holder: { readonly identity?: Identity } = request
  return holder.identity ?? null
}

/**
 * The identity that `protect` put on a request.
 *
 * @throws Error where there is none: the route is not protected, or optional
 */
export function identityOf(request: object): Identity {
  const identity = findIdentity(request)
  if (identity === null) throw new Error('No identity on this request: is its route protected?')
  return identity
}

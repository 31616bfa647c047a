/** A module of bench/peers, by its path below node_modules there. */
export function importPeer(path) {
  return import(new URL(`../../peers/node_modules/${path}`, import.meta.url))
}

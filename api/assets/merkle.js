// Recomputes Merkle paths with the browser's own SHA-256: RFC 6962 hashing, RFC 9162 section 2.1.3.2 walking.

/** Bytes of hexadecimal digits, white space ignored; null when they are none. */
export function fromHex(text) {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) return null;
  const bytes = new Uint8Array(digits.length / 2);
  for (let place = 0; place < bytes.length; place += 1) {
    bytes[place] = Number.parseInt(digits.slice(2 * place, 2 * place + 2), 16);
  }
  return bytes;
}

/** Hexadecimal digits of bytes. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** All parts in one array. */
export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

/** SHA-256 over the parts in their order. */
export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

/**
 * The nodes from the leaf to the root. `index` and `count` are BigInt: a log may outgrow 2^53 only in theory, but shifts of
 * ordinary numbers stop at 2^31. Gives null when the path has not exactly the length that this place demands.
 */
export async function climb(leafPrefix, nodePrefix, leaf, index, count, path) {
  if (index >= count || path.length !== pathLength(index, count)) return null;
  const nodes = [await sha256(leafPrefix, leaf)];
  let position = index;
  let last = count - 1n;
  for (const sibling of path) {
    const node = nodes[nodes.length - 1];
    if (position % 2n === 1n || position === last) {
      nodes.push(await sha256(nodePrefix, sibling, node));
      while (position % 2n === 0n && position !== 0n) {
        position >>= 1n;
        last >>= 1n;
      }
    } else {
      nodes.push(await sha256(nodePrefix, node, sibling));
    }
    position >>= 1n;
    last >>= 1n;
  }
  return nodes;
}

/** How many siblings a place in a tree of `count` leaves has. */
export function pathLength(index, count) {
  const inner = (index ^ (count - 1n)) === 0n ? 0 : (index ^ (count - 1n)).toString(2).length;
  const right = (index >> BigInt(inner)).toString(2).replaceAll("0", "").length;
  return inner + right;
}

/** The bytes that are hashed or signed in a domain: the length of its name, the name, the message. */
export function inDomain(name, ...message) {
  const text = new TextEncoder().encode(name);
  return joined(Uint8Array.of(text.length), text, ...message);
}

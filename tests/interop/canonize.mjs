// Canonical forms by rdf-canonize: one JSON string of N-Quads per line in, one per line out.
import { createInterface } from 'node:readline';
import canonize from 'rdf-canonize';

const format = 'application/n-quads';
for await (const line of createInterface({ input: process.stdin })) {
  const options = { algorithm: 'RDFC-1.0', inputFormat: format, format, maxWorkFactor: Infinity };
  console.log(JSON.stringify(await canonize.canonize(JSON.parse(line), options)));
}

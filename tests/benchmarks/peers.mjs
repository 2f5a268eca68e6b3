// Times the npm peers on the credentials that bench.py hands over. The first line on stdin is one
// JSON document, {credentials, documents, blockcertsDocuments, transactions}; every further line
// asks for one round, which is answered by a line on stdout, {task: seconds of the processor}.
// Everything is in memory.
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';
import {world} from '../interop/offline.mjs';
import * as blockcerts from '../interop/blockcerts.mjs';
import * as digitalbazaar from '../interop/digitalbazaar.mjs';
import * as digitalcredentials from '../interop/digitalcredentials.mjs';

// The peers write a line or a stack for each credential; a terminal is not what is measured.
console.error = console.log = console.warn = console.info = () => {};

const clone = credential => JSON.parse(JSON.stringify(credential));

async function accepted(verify, request) {
  const answer = await verify(request);
  if(!answer.accepted) {
    throw new Error(`a peer refused what it should accept: ${answer.detail}`);
  }
}

/** Seconds of the processor that a task takes for all credentials. */
async function oneRound(task, credentials) {
  const inputs = credentials.map(clone);
  await pause(0);
  const start = process.cpuUsage();
  for(const input of inputs) {
    await task(input);
  }
  const {user, system} = process.cpuUsage(start);
  return (user + system) / 1e6;
}

async function tasks({documents, blockcertsDocuments, transactions}) {
  const readChain = (_, id) => transactions[id];
  const sign = await digitalbazaar.signer();
  return {
    'digitalbazaar canonicalise': credential => digitalbazaar.canonicalise(credential),
    'digitalbazaar sign': credential => sign(credential),
    'digitalbazaar verify, signature only': credential => accepted(
      digitalbazaar.verify, {credential, documents, status: 'ignored'}),
    'digitalbazaar verify': credential => accepted(digitalbazaar.verify, {credential, documents}),
    'verifier-core verify': credential => accepted(
      digitalcredentials.verify, {credential, documents}),
    'blockcerts verify': credential => accepted(
      blockcerts.verify, {credential, documents: blockcertsDocuments, readChain})
  };
}

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const input = JSON.parse((await lines.next()).value);
world(input);
const all = Object.entries(await tasks(input));
while(!(await lines.next()).done) {
  const seconds = {};
  for(const [name, task] of all) {
    seconds[name] = await oneRound(task, input.credentials);
  }
  process.stdout.write(JSON.stringify(seconds) + '\n');
}
process.exit(0);

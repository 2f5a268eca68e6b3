// Times the npm peers on the credentials that bench.py hands over: one JSON document on stdin,
// {credentials, documents, blockcertsDocuments, transactions, rounds}, one JSON answer on stdout,
// {task: {seconds: [of the processor, per round], count}}. Everything is in memory.
import {setTimeout as pause} from 'node:timers/promises';
import {world} from '../interop/offline.mjs';
import * as blockcerts from '../interop/blockcerts.mjs';
import * as digitalbazaar from '../interop/digitalbazaar.mjs';
import * as digitalcredentials from '../interop/digitalcredentials.mjs';

// The peers write a line or a stack for each credential; a terminal is not what is measured.
console.error = console.log = console.warn = console.info = () => {};

async function readInput() {
  const chunks = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

const clone = credential => JSON.parse(JSON.stringify(credential));

async function accepted(verify, request) {
  const answer = await verify(request);
  if(!answer.accepted) {
    throw new Error(`a peer refused what it should accept: ${answer.detail}`);
  }
}

const WARM_UP = 2;

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

const input = await readInput();
world(input);
const all = Object.entries(await tasks(input));
const results = Object.fromEntries(
  all.map(([name]) => [name, {seconds: [], count: input.credentials.length}]));
for(let round = 0; round < WARM_UP + input.rounds; ++round) {
  for(const [name, task] of all) {
    const seconds = await oneRound(task, input.credentials);
    if(round >= WARM_UP) {
      results[name].seconds.push(seconds);
    }
  }
}
process.stdout.write(JSON.stringify(results) + '\n');
process.exit(0);

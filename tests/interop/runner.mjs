// The loop that every peer shares: one JSON request a line on stdin, one JSON answer a line on stdout.
// Request: {credential, documents: {url: JSON}, rpcUrl?}. Answer: {accepted: bool, detail}.
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';

// The peers log to the console as they work. stdout carries answers only.
console.log = console.info = console.debug = console.warn = console.error;

function sentence(error) {
  if(!error) {
    return 'no reason given';
  }
  const inner = [error.errors, error.cause].flat().filter(Boolean);
  const text = error.message ?? String(error);
  return inner.length ? `${text} (${inner.map(sentence).join('; ')})` : text;
}

async function answer(verify, line) {
  try {
    return await verify(JSON.parse(line));
  } catch(error) {
    return {accepted: false, detail: sentence(error)};
  }
}

/** Answers requests until stdin ends, in the order in which they came. */
async function serve(verify) {
  for await (const line of createInterface({input: process.stdin})) {
    if(line.trim()) {
      process.stdout.write(JSON.stringify(await answer(verify, line)) + '\n');
    }
  }
}

/** Serves only when the module is the program itself, so that the benchmark can import it. */
export async function main(meta, verify) {
  if(process.argv[1] && meta.url === pathToFileURL(process.argv[1]).href) {
    await serve(verify);
  }
}

export {sentence};

// @blockcerts/cert-verifier-js: the anchor (read from the local chain), the signature and the status.
import {createRequire} from 'node:module';
import {DID_RESOLVER, world} from './offline.mjs';
import {main} from './runner.mjs';

// Its package.json points Node at the browser build; the Node build is self-contained.
const require = createRequire(import.meta.url);
const {Certificate} = require('@blockcerts/cert-verifier-js/dist/verifier-node/index.js');

async function rpc(url, method, ...params) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params})
  });
  const {result, error} = await response.json();
  if(error || !result) {
    throw new Error(`${method}: ${error?.message ?? 'nothing found'}`);
  }
  return result;
}

/** Reads a transaction the way the peer wants it from an explorer; a reverted one does not count. */
async function readAnchor(url, transactionId) {
  const hash = `0x${transactionId}`;
  const transaction = await rpc(url, 'eth_getTransactionByHash', hash);
  const receipt = await rpc(url, 'eth_getTransactionReceipt', hash);
  if(receipt.status !== '0x1') {
    throw new Error('the transaction was reverted');
  }
  const block = await rpc(url, 'eth_getBlockByHash', receipt.blockHash, false);
  return {
    remoteHash: transaction.input.replace(/^0x/, ''),
    issuingAddress: transaction.from,
    time: new Date(Number(block.timestamp) * 1000).toISOString(),
    revokedAddresses: []
  };
}

function options({rpcUrl, readChain = readAnchor}) {
  return {
    didResolverUrl: DID_RESOLVER,
    explorerAPIs: [{
      apiType: 'rpc',
      priority: 0,
      serviceUrl: rpcUrl,
      parsingFunction: ({transactionId}) => readChain(rpcUrl, transactionId)
    }]
  };
}

export async function verify(request) {
  world(request);
  const certificate = new Certificate(request.credential, options(request));
  await certificate.init();
  const steps = [];
  const {status, message} = await certificate.verify(
    ({code, status, errorMessage}) => steps.push({code, status, errorMessage}));
  const passed = steps.filter(step => step.status === 'success').map(({code}) => code);
  const failed = steps.find(step => step.status === 'failure');
  return {
    accepted: status === 'success',
    detail: failed ? `${failed.code}: ${failed.errorMessage}` : String(message?.label ?? message),
    passed
  };
}

await main(import.meta, verify);

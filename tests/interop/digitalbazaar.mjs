// @digitalbazaar/vc with its eddsa-rdfc-2022 cryptosuite: signature, structure, dates and status.
import {published, world} from './offline.mjs';
import {main, sentence} from './runner.mjs';
import * as vc from '@digitalbazaar/vc';
import {Bitstring} from '@digitalbazaar/bitstring';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';

function verificationMethod(url) {
  const method = published(url)?.verificationMethod?.find(({id}) => id === url);
  return method && {'@context': MULTIKEY_CONTEXT, ...method};
}

export async function documentLoader(url) {
  const document = url.includes('#') ? verificationMethod(url) : published(url);
  if(document) {
    return {contextUrl: null, documentUrl: url, document};
  }
  return vc.defaultDocumentLoader(url);
}

function suite() {
  return new DataIntegrityProof({cryptosuite});
}

async function entryIsClear(entry, credential) {
  const list = published(entry.statusListCredential);
  if(!list) {
    throw new Error(`status list ${entry.statusListCredential} not found`);
  }
  const {verified, error} = await vc.verifyCredential({
    credential: list, suite: suite(), documentLoader
  });
  if(!verified) {
    throw new Error(`status list does not verify: ${sentence(error)}`);
  }
  const issuer = ({issuer}) => issuer.id ?? issuer;
  const {type, statusPurpose, encodedList} = list.credentialSubject;
  if(type !== 'BitstringStatusList' || statusPurpose !== entry.statusPurpose ||
    issuer(list) !== issuer(credential) || encodedList[0] !== 'u') {
    throw new Error('status list is not the one of this entry');
  }
  const buffer = await Bitstring.decodeBits({encoded: encodedList.slice(1)});
  return !new Bitstring({buffer}).get(Number(entry.statusListIndex));
}

async function checkStatus({credential}) {
  const clear = await Promise.all(
    [credential.credentialStatus].flat().map(entry => entryIsClear(entry, credential)));
  return {verified: clear.every(Boolean)};
}

const ignoreStatus = async () => ({verified: true});

/** `status: 'ignored'` leaves the list unread; only the benchmark asks for it. */
export async function verify(request) {
  world(request);
  const {credential, status} = request;
  const result = await vc.verifyCredential({
    credential, suite: suite(), documentLoader,
    checkStatus: status === 'ignored' ? ignoreStatus : checkStatus
  });
  const revoked = result.statusResult && !result.statusResult.verified;
  return {
    accepted: result.verified,
    detail: result.verified ? 'verified' : revoked ? 'revoked' : sentence(result.error)
  };
}

/** The canonical N-Quads of a credential without its proofs. */
export function canonicalise({proof, ...unsigned}) {
  return cryptosuite.canonize(unsigned, {documentLoader});
}

/** A function that issues a credential with a key made here; for the benchmark. */
export async function signer() {
  const key = await Ed25519Multikey.generate({controller: 'did:web:peer.invalid'});
  key.id = 'did:web:peer.invalid#key-1';
  return ({proof, ...credential}) => vc.issue({
    credential, documentLoader,
    suite: new DataIntegrityProof({cryptosuite, signer: key.signer()})
  });
}

await main(import.meta, verify);

// @digitalcredentials/verifier-core: what the learner wallets and VerifierPlus run.
import {world} from './offline.mjs';
import {main} from './runner.mjs';
import {verifyCredential} from '@digitalcredentials/verifier-core';

// It answers a log of steps and leaves the verdict to its reader. Registered issuers are a matter
// of its registries, of which there are none here.
const REQUIRED = ['valid_signature', 'expiration'];

export async function verify(request) {
  world(request);
  const {credential} = request;
  const result = await verifyCredential({credential, knownDIDRegistries: []});
  const log = Object.fromEntries((result.log ?? []).map(step => [step.id, step]));
  const required = credential.credentialStatus ? [...REQUIRED, 'revocation_status'] : REQUIRED;
  const failing = required.filter(id => log[id]?.valid !== true);
  const reasons = [
    ...(result.errors ?? []).map(error => error.message),
    ...failing.map(id => `${id}: ${log[id]?.error?.message ?? log[id]?.valid ?? 'not answered'}`)
  ];
  return {
    accepted: reasons.length === 0,
    detail: reasons.join('; ') || 'verified',
    schema: result.additionalInformation?.find(({id}) => id === 'schema_check')?.results
  };
}

await main(import.meta, verify);

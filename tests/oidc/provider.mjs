// A certified OpenID provider on a free port of 127.0.0.1, for tests. It is told what to be by one JSON argument:
// {"clients": [...], "accounts": {"sub": {claims}}}; it prints {"issuer": "..."} once it listens, and ends with its
// standard input, so that it never outlives the tests. Its own sign-in page takes any password.
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';

import Provider from 'oidc-provider';

const { clients, accounts } = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' };

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys: [key] },
    cookies: { keys: ['only-for-tests'] },
    claims: { openid: ['sub', 'role', 'branch'], profile: [] },
    conformIdTokenClaims: false, // claims of the scope in the ID token, as a bank's provider is set up to give them
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'HS256'] },
    pkce: { required: () => true },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

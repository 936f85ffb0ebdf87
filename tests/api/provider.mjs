// node provider.mjs OPTIONS: oidc-provider by panva as the identity provider of a test, on 127.0.0.1. OPTIONS is JSON: {port, accounts: {sub: {email, email_verified}}}.
// Its own pages for signing in and consent are on; a browser that fills them in can be any HTTP client. Prints "listening" when it does.
import Provider from 'oidc-provider';

const {port, accounts, client_id: id} = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{client_id: id, application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/calldeck'], grant_types: ['authorization_code'], response_types: ['code']}],
  claims: {openid: ['sub'], email: ['email', 'email_verified']},
  features: {devInteractions: {enabled: true}},
  pkce: {methods: ['S256'], required: () => true},
  findAccount: (_, sub) => (accounts[sub] ? {accountId: sub, claims: () => ({sub, ...accounts[sub]})} : undefined),
});
provider.listen(port, '127.0.0.1', () => console.log('listening'));

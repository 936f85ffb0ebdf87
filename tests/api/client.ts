// A program that knows nothing of Calldeck but its contract (contract.d.ts is made from docs/api/openapi.yaml).
// node client.js http://host:port PASSWORD: signs in the people of the test and makes the calls of the source documents as they are written there.
import createClient from 'openapi-fetch';
import type {components, paths} from './contract.js';

declare const process: {argv: string[]; exitCode: number};

type Edit = components['schemas']['Edit'];

const [, , base, password] = process.argv as [string, string, string, string];

function clientFor(token?: string) {
  const headers: Record<string, string> = token ? {Authorization: `Bearer ${token}`} : {};
  return createClient<paths>({baseUrl: base, headers, querySerializer: {array: {style: 'form', explode: false}}});
}

function must(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** The answer of a call that must succeed. */
function good<T>(answer: {data?: T; error?: unknown; response: Response}, status = 200): T {
  must(answer.response.status === status && answer.data !== undefined, `${answer.response.url}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** The code of a call that must fail. */
function refused(answer: {error?: {code: string; status: number}; response: Response}): string {
  must(answer.error && answer.error.status === answer.response.status, `${answer.response.url} was not refused`);
  return answer.error.code;
}

async function signIn(email: string) {
  return clientFor(good(await clientFor().POST('/api/auth/login', {body: {email, password, device_name: 'client.ts'}})).access_token);
}

const api = await signIn('ana@x.org');
const admin = await signIn('ada@x.org');
let lseq = 0;

function edit(id: string, op: Edit['op'], args: Record<string, unknown>): Edit {
  lseq += 1;
  return {mid: `ts-${lseq}`, lseq, kind: 'call', id, op, args, base_ver: 0, at: new Date().toISOString()};
}

async function sync() {
  const session = good(await api.GET('/api/session'));
  must(session.user.role === 'DISPATCHER' && session.workspace.name === 'Acme', 'the session');
  const create = edit('t1', 'create', {customer_number_raw: '+14155552671', status: 'MISSED', call_type: 'INBOUND', started_at: new Date().toISOString()});
  const pushed = good(await api.POST('/api/sync/push', {body: {device: 'ts', epoch: session.epoch, schema_ver: 2, ms: [create, edit('t1', 'tag+', {tag: 'leak'})]}}));
  must(pushed.results.length === 2 && pushed.results.every((one) => one.status === 'applied'), 'the push');
  const page = good(await api.GET('/api/sync/changes', {params: {query: {cursor: `${session.epoch}.0`, limit: 100}}}));
  const call = page.rows.find((row) => row.kind === 'call' && 'row' in row);
  must(call && 'row' in call && call.kind === 'call' && call.row.tags?.[0] === 'leak', 'the feed');
  must(refused(await api.GET('/api/sync/changes', {params: {query: {cursor: '99.0'}}})) === 'epoch', 'another epoch');
  const rows = good(await api.GET('/api/sync/rows', {params: {query: {kind: 'call', ids: ['t1', 't2']}}}));
  must(rows.rows.length === 1, 'single rows');
}

async function intake() {
  const call = {provider: 'vapi', provider_call_id: 'ts-1', status: 'COMPLETED', call_type: 'INBOUND', started_at: new Date().toISOString()} as const;
  const taken = good(await admin.POST('/api/calls/intake', {body: {calls: [{...call, turns: [{speaker: 'CUSTOMER', content: 'a leak', at_ms: 0}]}]}}));
  must(taken.results[0]?.status === 'created', 'the intake');
  must(refused(await api.POST('/api/calls/intake', {body: {calls: []}})) === 'forbidden', 'a dispatcher takes no calls in');
}

for (const part of [sync, intake]) {
  await part();
  console.log(`${part.name}: ok`);
}

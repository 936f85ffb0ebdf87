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
  const create = edit('t1', 'create', {customer_number_raw: '+14155552671', status: 'MISSED', call_type: 'INBOUND', caller_name: 'Zoe', started_at: new Date().toISOString()});
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

/** Asks until it has ended. */
async function settled<T extends {status: string}>(ask: () => Promise<T>, open: string[]): Promise<T> {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await ask();
    if (!open.includes(answer.status)) return answer;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error('a job did not end');
}

// 002: "Enhanced /api/calls with 15+ query parameters for advanced filtering"
async function calls() {
  const found = good(await api.GET('/api/calls', {params: {query: {
    q: 'zoe', started_from: '2020-01-01T00:00:00.000Z', started_to: '2100-01-01T00:00:00.000Z', status: ['MISSED', 'COMPLETED'], call_type: ['INBOUND'], tag: ['leak'], number: '+14155552671',
    provider: 'manual', emergency: false, has_recording: false, has_transcript: false, do_not_contact: false, spam: false, outcome_required: true, follow_up_required: false, triage: true,
    sort: 'started_at', order: 'desc', limit: 10,
  }}}));
  must(found.calls.length === 1 && found.calls[0]?.id === 't1' && found.next === null, 'the filtered calls');
  must(refused(await api.GET('/api/calls/{id}', {params: {path: {id: 'nothing'}}})) === 'not_found', 'a call that is not there');
  const changed = good(await api.PATCH('/api/calls/{id}', {params: {path: {id: 't1'}}, body: {disposition: 'booked', notes: 'Tuesday', value_cents: 12500, tags_add: ['boiler'], agent_name: 'Ana'}}));
  must(changed.call.outcome === 'BOOKED' && changed.call.value_cents === 12500 && changed.results.every((one) => one.status === 'applied'), 'the decision');
}

// 002: /api/followups, /api/calls/:id/followups, GET /api/notifications/follow-ups -> { overdueCount, dueSoonCount }
async function followUps() {
  const task = good(await api.POST('/api/calls/{id}/followups', {params: {path: {id: 't1'}}, body: {due_at: new Date(Date.now() + 1_800_000).toISOString(), note: 'call back'}}), 201);
  const counts = good(await api.GET('/api/notifications/follow-ups'));
  must(counts.overdueCount === 0 && counts.dueSoonCount === 1, 'the counts');
  must(good(await api.GET('/api/followups', {params: {query: {state: 'OPEN', overdue: false}}})).follow_ups.length === 1, 'the open ones');
  const done = good(await api.PATCH('/api/followups/{id}', {params: {path: {id: task.follow_up.id}}, body: {state: 'DONE'}}));
  must(done.follow_up.state === 'DONE' && done.follow_up.closed_at, 'the follow-up is done');
}

// 002: GET/POST /api/calls/views, PATCH/DELETE /api/calls/views/:id
async function views() {
  const made = good(await api.POST('/api/calls/views', {body: {name: 'Leaks', filter: 'tag:leak'}}), 201).view;
  const path = {id: made.id};
  must(good(await api.PATCH('/api/calls/views/{id}', {params: {path}, body: {name: 'All leaks'}})).view.name === 'All leaks', 'the new name');
  must(good(await api.GET('/api/calls/views')).views.some((view) => view.id === made.id), 'the list of views');
  must((await api.DELETE('/api/calls/views/{id}', {params: {path}})).response.status === 204, 'the view goes');
}

// 002: GET /api/contacts/search?q=, POST/PATCH/DELETE /api/contacts/:id/dnc, GET/POST /api/blocked-numbers, DELETE /api/blocked-numbers/:number
async function doNotContact() {
  const session = good(await api.GET('/api/session'));
  const contact = {...edit('k1', 'create', {name: 'Zoe Zimmer', number: '+14155552671'}), kind: 'contact' as const};
  good(await api.POST('/api/sync/push', {body: {device: 'ts', epoch: session.epoch, schema_ver: 2, ms: [contact]}}));
  must(good(await api.GET('/api/contacts/search', {params: {query: {q: 'zimmer'}}})).contacts[0]?.id === 'k1', 'the search');
  const path = {id: 'k1'};
  must(good(await api.POST('/api/contacts/{id}/dnc', {params: {path}, body: {reason: 'asked'}})).contact.do_not_contact, 'it is listed');
  must(good(await api.GET('/api/calls/{id}', {params: {path: {id: 't1'}}})).call.do_not_contact, 'its calls follow');
  must(good(await api.PATCH('/api/contacts/{id}/dnc', {params: {path}, body: {reason: 'asked twice'}})).contact.do_not_contact_reason === 'asked twice', 'the reason');
  must((await api.DELETE('/api/contacts/{id}/dnc', {params: {path}})).response.status === 204, 'it is lifted');
  const number = good(await api.POST('/api/blocked-numbers', {body: {number: '(415) 555-2699', reason: 'robot'}}), 201).blocked_number.number;
  must(good(await api.GET('/api/blocked-numbers')).blocked_numbers.some((one) => one.number === number), 'the list');
  must((await api.DELETE('/api/blocked-numbers/{number}', {params: {path: {number}}})).response.status === 204, 'the number is free');
}

// 002: POST /api/calls/bulk { callIds, operation } -> { jobId, affectedCount }, GET /api/bulk-jobs/:jobId -> { status, progress }
async function bulk() {
  const {jobId, affectedCount} = good(await api.POST('/api/calls/bulk', {body: {callIds: ['t1'], operation: 'tag', tag: 'bulk'}}), 202);
  const job = await settled(async () => good(await api.GET('/api/bulk-jobs/{jobId}', {params: {path: {jobId}}})), ['pending', 'running']);
  must(affectedCount === 1 && job.status === 'completed' && job.progress === 100 && job.errors.length === 0, 'the bulk job');
  must(good(await api.GET('/api/calls', {params: {query: {tag: ['bulk']}}})).calls.length === 1, 'the call has the tag');
}

// 002: POST /api/calls/export { filters, format } -> { jobId, estimatedTime }, GET /api/exports/:jobId -> { status, downloadUrl? }
async function exports() {
  const {jobId, estimatedTime} = good(await api.POST('/api/calls/export', {body: {filters: {tag: 'leak'}, format: 'csv'}}), 202);
  const ready = await settled(async () => good(await api.GET('/api/exports/{jobId}', {params: {path: {jobId}}})), ['processing']);
  must(estimatedTime > 0 && ready.status === 'ready' && ready.downloadUrl, 'the export');
  const lines = (await (await fetch(base + ready.downloadUrl)).text()).trim().split('\n');
  must(lines.length === 2 && lines[1]?.includes('t1'), 'the file has one call');
}

// 002: POST /api/calls/:id/attachments (multipart upload), GET /api/attachments/:id, DELETE /api/attachments/:id
async function attachments() {
  const form = new FormData();
  form.append('file', new Blob(['the boiler leaks'], {type: 'text/plain'}), 'note.txt');
  const path = {id: 't1'};
  const sent = await api.POST('/api/calls/{id}/attachments', {params: {path}, body: {file: ''}, bodySerializer: () => form});
  const {attachment} = good(sent, 201);
  must(attachment.bytes === 16 && good(await api.GET('/api/calls/{id}/attachments', {params: {path}})).attachments.length === 1, 'the attachment');
  const shown = good(await api.GET('/api/attachments/{id}', {params: {path: {id: attachment.id}}}));
  must((await (await fetch(base + shown.downloadUrl)).text()) === 'the boiler leaks', 'its file');
  must((await api.DELETE('/api/attachments/{id}', {params: {path: {id: attachment.id}}})).response.status === 204, 'it goes');
}

// 001: GET /api/analytics/calls (startDate, endDate, agentId), /recent (limit, offset, agentId), /outcomes
async function analytics() {
  const query = {startDate: '2020-01-01', endDate: '2100-01-01'};
  const figures = good(await api.GET('/api/analytics/calls', {params: {query: {...query, agentId: 'Ana'}}}));
  must(figures.total === 1 && figures.booked === 1 && figures.booking_rate === 100, 'the figures of an agent');
  must(good(await api.GET('/api/analytics/calls/recent', {params: {query: {limit: 1, offset: 1}}})).calls.length === 1, 'the recent calls');
  const outcomes = good(await api.GET('/api/analytics/calls/outcomes', {params: {query}}));
  must(outcomes.outcomes.some((one) => one.outcome === 'BOOKED' && one.count === 1), 'the outcomes');
  must(good(await api.GET('/api/analytics/overview')).total === outcomes.total, 'the overview');
}

// 001: POST /api/outbound/schedule { phoneNumber, callType, scheduledAt, purpose, campaignId }, GET /api/outbound/scheduled (startDate, endDate)
async function outbound() {
  const soon = new Date(Date.now() + 3 * 86_400_000);
  soon.setUTCHours(18, 0, 0, 0);
  const body = {phoneNumber: '+12125550123', callType: 'OUTBOUND_DEBT', scheduledAt: soon.toISOString(), purpose: 'Follow up on outstanding balance', campaignId: 'campaign-123'} as const;
  const planned = good(await api.POST('/api/outbound/schedule', {body}), 201).call;
  const days = {startDate: new Date().toISOString().slice(0, 10), endDate: new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10)};
  must(good(await api.GET('/api/outbound/scheduled', {params: {query: days}})).calls[0]?.id === planned.id, 'the planned call');
  must(good(await api.GET('/api/analytics/campaigns/{id}', {params: {path: {id: 'campaign-123'}}})).total === 1, 'the campaign');
  must(refused(await api.POST('/api/outbound/schedule', {body: {...body, phoneNumber: '+1415555'}})) === 'invalid', 'no number');
}

// 004: POST and GET /api/call-tracking/conversations, PUT [id]/comments and [id]/lead-status, GET /api/call-tracking/export
async function callTracking() {
  const conversation = {
    provider: 'elevenlabs', provider_call_id: 'conv-1', call_type: 'INBOUND', status: 'COMPLETED', customer_number_raw: '+14155552701', business_name: 'Acme Roofing', lead_score: 70,
    started_at: new Date().toISOString(), turns: [{speaker: 'CUSTOMER', content: 'we need a roof', at_ms: 0, confidence: 0.95}],
  } as const;
  const stored = good(await admin.POST('/api/call-tracking/conversations', {body: {conversation: {...conversation, turns: [...conversation.turns]}}}), 201).conversation;
  const path = {id: stored.id};
  must(good(await api.PUT('/api/call-tracking/conversations/{id}/comments', {params: {path}, body: {comments: 'send the offer'}})).call.call_notes === 'send the offer', 'the comments');
  const lead = good(await api.PUT('/api/call-tracking/conversations/{id}/lead-status', {params: {path}, body: {leadStatus: 'interested'}})).call;
  must(lead.lead_status === 'INTERESTED' && lead.follow_ups?.length === 1, 'the lead');
  const found = good(await api.GET('/api/call-tracking/conversations', {params: {query: {search: 'roofing', lead_status: ['INTERESTED'], sort: 'lead_score', order: 'desc'}}}));
  must(found.conversations.length === 1, 'the conversations');
  const file = await api.GET('/api/call-tracking/export', {params: {query: {format: 'csv', search: 'roofing'}}, parseAs: 'text'});
  must(good<string>(file).trim().split('\n').length === 2, 'the export');
}

/** Never called: what is not in the contract must not compile. */
export async function lies() {
  // @ts-expect-error there is no such route
  await api.GET('/api/nothing');
  // @ts-expect-error a cursor is a text
  await api.GET('/api/sync/changes', {params: {query: {cursor: 1}}});
  // @ts-expect-error the cursor is missing
  await api.GET('/api/sync/changes');
  // @ts-expect-error the password is missing
  await api.POST('/api/auth/login', {body: {email: 'x'}});
  // @ts-expect-error no such filter
  await api.GET('/api/calls', {params: {query: {mood: 'good'}}});
  // @ts-expect-error no such operation
  await api.POST('/api/calls/bulk', {body: {callIds: ['c1'], operation: 'explode'}});
  // @ts-expect-error a role is a text
  const role: number = good(await api.GET('/api/session')).user.role;
  // @ts-expect-error a call has no such member
  must(good(await api.GET('/api/calls/{id}', {params: {path: {id: 't1'}}})).call.mood === role, 'a lie');
}

for (const part of [sync, intake, calls, followUps, views, doNotContact, bulk, exports, attachments, analytics, outbound, callTracking]) {
  await part();
  console.log(`${part.name}: ok`);
}

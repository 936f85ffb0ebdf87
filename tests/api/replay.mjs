// node replay.mjs SPEC < EXCHANGES: judges recorded answers by Prism's own validator, and then answers made wrong from them, which it must refuse: a schema that Prism
// cannot compile, or one that is open where the answer is closed, would let everything pass. A line of EXCHANGES is {method, path, status, headers, body}.
import {createRequire} from 'node:module';
import readline from 'node:readline';

const require = createRequire(import.meta.url);
const {getHttpOperationsFromSpec} = require('@stoplight/prism-http');
const {validateOutput} = require('@stoplight/prism-http/dist/validator');

const operations = await getHttpOperationsFromSpec(process.argv[2]);
let faults = 0;
let wrecked = 0;
const judged = new Set();

function violations(resource, status, headers, body) {
  const verdict = validateOutput({resource, element: {statusCode: status, headers, body}});
  return verdict._tag === 'Left' ? verdict.left.map((one) => `${(one.path ?? []).join('.')} ${one.message}`) : [];
}

function fault(exchange, what) {
  faults += 1;
  console.error(`${exchange.method} ${exchange.path} ${exchange.status}: ${what}`);
}

/** Prism gives each description of an answer an id of its own. */
function withoutNames(key, value) {
  return key === 'id' && typeof value === 'string' ? undefined : value;
}

function* wrecks(exchange) {
  const {status, headers, body} = exchange;
  yield ['an undocumented status', 418, headers, body];
  if (!headers['content-type']) return;
  yield ['another media type', status, {...headers, 'content-type': 'application/x-surprise'}, body];
  if (!headers['content-type'].includes('json')) return;
  yield ['a list in place of the object', status, headers, []];
  yield ['an unknown member', status, headers, {...body, surprise: 1}];
  for (const key of Object.keys(body)) yield [`an object in place of ${key}`, status, headers, {...body, [key]: {surprise: 1}}];
  if (!('code' in body)) return;
  yield ['an undocumented code', status, headers, {...body, code: 'surprise'}];
  const {code, ...without} = body;
  yield ['no code', status, headers, without];
}

for await (const line of readline.createInterface({input: process.stdin})) {
  const exchange = JSON.parse(line);
  const resource = operations.find((one) => one.method === exchange.method && one.path === exchange.path);
  if (!resource) {
    fault(exchange, 'is no operation');
    continue;
  }
  // Most errors are described once for all operations: once is enough.
  const kind = JSON.stringify([resource.responses.find((one) => Number(one.code) === exchange.status), exchange.body?.code], withoutNames);
  if (judged.has(kind)) continue;
  judged.add(kind);
  for (const one of violations(resource, exchange.status, exchange.headers, exchange.body)) fault(exchange, one);
  for (const [what, status, headers, body] of wrecks(exchange)) {
    wrecked += 1;
    if (violations(resource, status, headers, body).length === 0) fault(exchange, `${what} is not noticed`);
  }
}
console.log(`  ${wrecked} wrong answers made and noticed`);
process.exit(faults ? 1 : 0);

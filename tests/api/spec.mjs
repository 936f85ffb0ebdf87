// node spec.mjs SPEC            prints the contract as JSON
// node spec.mjs SPEC --prism    the same for Prism: a method that each path does not have is an operation that answers 405
import fs from 'node:fs';
import yaml from 'yaml';

const [file, mode] = process.argv.slice(2);
const spec = yaml.parse(fs.readFileSync(file, 'utf8'));

if (mode === '--prism') {
  for (const item of Object.values(spec.paths)) {
    if (item.get?.['x-door'] === 'ticket') continue; // beside the table of routes: nothing but 404
    const absent = ['delete', 'put', 'patch', 'post'].find((method) => !(method in item));
    if (absent) item[absent] = {'x-absent': true, security: [], responses: {405: {$ref: '#/components/responses/NotByThisMethod'}}};
  }
}
process.stdout.write(JSON.stringify(spec));

// Bundles the page with its charting library: node build.mjs OUTPUT-FOLDER. Dashboard.targets runs it on a copy below obj/.

import { build } from 'esbuild';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? 'out');

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
await build({
  entryPoints: [join(here, 'main.js')],
  outfile: join(output, 'main.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'eof',
});
await build({ entryPoints: [join(here, 'node_modules/uplot/dist/uPlot.min.css')], outfile: join(output, 'charts.css'), minify: true });
await copyFile(join(here, 'style.css'), join(output, 'style.css'));
await copyFile(join(here, 'icon.svg'), join(output, 'icon.svg'));

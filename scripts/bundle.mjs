/**
 * Bundles what `exports` and `bin` name, from what tsc has built: a few files load in less than half the time of 240 modules.
 * Its source maps are chained with those of tsc, so that they lead to the sources.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: { plugin: 'dist/src/plugin.js', cli: 'dist/src/cli/main.js' },
  outdir: 'dist/bundle',
  bundle: true,
  // What both load is in a file that they share.
  splitting: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  sourcemap: true,
  // Less to read for the engine, which compiles each function when it is first called. Names and lines stay: stacks are
  // read without source maps, too.
  minifyWhitespace: true,
  lineLimit: 160,
});

/** What `--help` prints. */
export const help = `Usage: eslint-plugin-db-session [options] [paths...]

Finds misuse of database sessions in JavaScript, TypeScript, .env and .prisma files, without any configuration. Paths
are files and folders; without one, the current folder is scanned. In folders, files that .gitignore names, node_modules, build
output (dist, build, .next, coverage), *.min.js and *.d.ts are left out.

  -c, --config NAME        recommended (default), strict or all
      --rule SETTING       'db-session/no-concurrent-use: off'; can be given several times. With options:
                           'db-session/no-concurrent-use: [error, {"reads": true}]'
      --project [FILE]     use type information, from the tsconfig.json next to each file or from the FILE named
                           (a path that ends in .json); slower, finds more

  -f, --format NAME        an ESLint formatter: stylish (default), json, html, a path, or a package
  -o, --output-file FILE   write the report there instead of to standard output
      --quiet              report errors only
      --max-warnings N     exit with 1 if there are more warnings than this

  -h, --help               print this
  -v, --version            print the version

Exit code: 0 nothing found; 1 findings, or files that do not parse; 2 a path that does not exist, a file that cannot
be read, a mistake on the command line. Every other file is scanned nevertheless.
`;

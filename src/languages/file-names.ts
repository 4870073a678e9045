/** Which files are in the plugin's languages: as patterns for configs, and as names for the command. */

/** Shell scripts, templates, encrypted files, and modules that happen to be called `.env.…`. */
const notDotenv = ['hbs', 'ejs', 'erb', 'j2', 'tpl', 'njk', 'js', 'cjs', 'mjs', 'ts', 'cts', 'mts', 'json', 'yml', 'yaml', 'md', 'enc', 'gpg'];

export const dotenvFiles = { files: ['**/.env*'], ignores: ['**/.envrc*', `**/.env*.{${notDotenv.join(',')}}`] };

export const prismaFiles = { files: ['**/*.prisma'] };

const dotenvName = new RegExp(`^\\.env(?!rc)(?!.*\\.(?:${notDotenv.join('|')})$)`);

/**
 * @param name - A file's name, without its folder.
 * @returns Whether the file is in one of the plugin's languages.
 */
export function isInOwnLanguage(name: string): boolean {
  return dotenvName.test(name) || name.endsWith('.prisma');
}

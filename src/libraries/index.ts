import type { Library } from './library.js';
import { prisma } from './prisma.js';

export const libraries: readonly Library[] = [prisma];

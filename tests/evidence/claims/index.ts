/** Every library with claims, in the order of the printed table. */
import type { LibraryClaims } from '../claim.js';
import { drizzle } from './drizzle.js';
import { prisma } from './prisma.js';
import { typeorm } from './typeorm.js';

export const libraries: readonly LibraryClaims[] = [prisma, drizzle, typeorm];
